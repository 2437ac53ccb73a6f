import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The path of an installed program. */
export function findProgram(name: string, folders: readonly string[] = []): string | undefined {
  const inPath = (process.env.PATH ?? '').split(delimiter)
  return [...inPath, '/usr/sbin', '/usr/local/sbin', ...folders]
    .map((folder) => join(folder, name))
    .find(isExecutable)
}

export function programOf(name: string, folders?: readonly string[]): string {
  const path = findProgram(name, folders)
  if (path === undefined) throw new Error(`The program ${name} is not installed`)
  return path
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
