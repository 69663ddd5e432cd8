/** What a member of the group says when it joins. */
export interface MemberClaim {
  readonly memberId: string
  /** The partitions that it holds and has not let go of. */
  readonly held: readonly number[]
  /** The generation in which it got them; a claim from an older one is stale. */
  readonly generation: number
}

/**
 * Shares partitions out among the members of a group so that counts differ by at most one. Members keep
 * what they hold as far as that allows, since taking a partition over costs a rebuild of what is held in
 * memory for it. A partition that has to move goes to no member in this round: its holder lets go of it and
 * joins again, and the next round gives it away (KIP-429, incremental cooperative rebalancing). So no
 * partition ever has two owners, and those that stay are not interrupted.
 * Every member is in the answer, in the order of its id.
 */
export const assignPartitions = (
  partitions: readonly number[],
  claims: readonly MemberClaim[],
): Map<string, number[]> => {
  const members = claims.toSorted((a, b) => (a.memberId < b.memberId ? -1 : 1))
  const holders = validHolders(new Set(partitions), members)
  const assignment = new Map<string, number[]>(members.map(({ memberId }) => [memberId, []]))
  for (const partition of partitions.toSorted((a, b) => a - b)) {
    const holder = holders.get(partition)
    if (holder !== undefined) assignment.get(holder)!.push(partition)
  }
  const quotas = shareOut(partitions.length, members, assignment)
  for (const [memberId, held] of assignment) held.splice(quotas.get(memberId)!)
  for (const partition of partitions.filter((candidate) => !holders.has(candidate))) {
    const receiver = [...assignment].find(([memberId, given]) => given.length < quotas.get(memberId)!)
    receiver?.[1].push(partition)
  }
  return assignment
}

/** Who holds what. Of two claims the newer generation's is true. */
const validHolders = (partitions: ReadonlySet<number>, members: readonly MemberClaim[]) => {
  const holders = new Map<number, MemberClaim>()
  for (const member of members) {
    for (const partition of member.held) {
      const other = holders.get(partition)
      if (partitions.has(partition) && !(other && other.generation >= member.generation))
        holders.set(partition, member)
    }
  }
  return new Map([...holders].map(([partition, { memberId }]) => [partition, memberId]))
}

/** How many each member is to have; the larger shares go to those that hold most, so that fewer move. */
const shareOut = (
  count: number,
  members: readonly MemberClaim[],
  held: ReadonlyMap<string, readonly number[]>,
): Map<string, number> => {
  const share = Math.floor(count / members.length)
  const larger = count % members.length
  const byHeld = members.toSorted((a, b) => held.get(b.memberId)!.length - held.get(a.memberId)!.length)
  return new Map(byHeld.map(({ memberId }, rank) => [memberId, share + (rank < larger ? 1 : 0)]))
}
