/** Parts of names that are not each word with a capital, by that rule's result. */
const exceptions: Readonly<Record<string, string>> = {
  'Gb-Eire': 'GB-Eire',
  Us: 'US',
  Act: 'ACT',
  Lhi: 'LHI',
  Nsw: 'NSW',
  Bajanorte: 'BajaNorte',
  Bajasur: 'BajaSur',
  Comodrivadavia: 'ComodRivadavia',
  Dar_Es_Salaam: 'Dar_es_Salaam',
  Denoronha: 'DeNoronha',
  Dumontdurville: 'DumontDUrville',
  Easterisland: 'EasterIsland',
  Isle_Of_Man: 'Isle_of_Man',
  Knox_In: 'Knox_IN',
  Mcmurdo: 'McMurdo',
  'Port-Au-Prince': 'Port-au-Prince',
  Port_Of_Spain: 'Port_of_Spain',
}

const etcWords = ['Greenwich', 'Universal', 'Zulu']

/**
 * The case in which the IANA database has a zone's name, whatever case it is in here. Intl knows names in any
 * case, but tells the case of one name of each zone only, and not always of that which is in use now.
 */
export const spellZone = (name: string): string => {
  const parts = name
    .toLowerCase()
    .replaceAll(/(?<=^|[/_-])[a-z]/g, (letter) => letter.toUpperCase())
    .split('/')
    .map((part) => exceptions[part] ?? part)
  const [first = '', second] = parts
  // EST5EDT, NZ-CHAT, PRC, W-SU: abbreviations, but for Iran and the like.
  if (second === undefined)
    return first !== 'GB-Eire' && (first.length <= 3 || /[-\d]/.test(first)) ? first.toUpperCase() : first
  // Etc/GMT+5, Etc/UCT.
  if (first === 'Etc' && !etcWords.includes(second)) return `Etc/${second.toUpperCase()}`
  return parts.join('/')
}
