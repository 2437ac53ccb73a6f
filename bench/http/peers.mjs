import { createRequire } from 'node:module'

/** Packages of others, which are installed in a folder of their own: they are no dependencies of the library. */
export const peers = createRequire(new URL('../peers/package.json', import.meta.url))
