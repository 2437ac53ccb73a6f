import { createRequire } from 'node:module'
import { join } from 'node:path'
import { because, CliError } from '../cli-error.js'
import { exitCodes } from '../exit-codes.js'

/** Whether the project in whose folder the command runs has a package. */
export function isInProject(name: string): boolean {
  try {
    requireOfProject().resolve(name)
    return true
  } catch (error) {
    return (error as { code?: unknown }).code !== 'MODULE_NOT_FOUND'
  }
}

/**
 * Packages of the project in whose folder the command runs: its drivers are the ones that the application uses.
 *
 * @throws {CliError} that names those that are missing, and how to install them.
 */
export function projectPackages<Modules extends readonly unknown[]>(...names: readonly string[]): Modules {
  const missing = names.filter((name) => !isInProject(name))
  if (missing.length > 0) {
    throw unavailable(
      `This store needs packages that are not installed here; run: npm install ${missing.join(' ')}`,
    )
  }
  return names.map((name) => {
    try {
      return requireOfProject()(name) as unknown
    } catch (error) {
      throw unavailable(because(`The package ${name} cannot be loaded`, error))
    }
  }) as unknown as Modules
}

function requireOfProject(): NodeJS.Require {
  return createRequire(join(process.cwd(), 'package.json'))
}

function unavailable(message: string): CliError {
  return new CliError(exitCodes.unavailable, message)
}
