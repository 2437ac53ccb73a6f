/** Stands for `kysely` in the built command: the one of the project in whose folder it runs, as its dialects use it. */
const kysely = ofProject('kysely')

// From Kysely 0.29 on the migrator is apart.
export = 'Migrator' in kysely ? kysely : { ...kysely, ...ofProject('kysely/migration') }

function ofProject(name: string): object {
  return require(require.resolve(name, { paths: [process.cwd()] })) as object
}
