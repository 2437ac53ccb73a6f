/**
 * The console for administrators, and its API.
 *
 * @module rest-api-key/console
 */

export type { ConsoleOptions } from './console-options.js'
export { type Console, createConsole } from './create-console.js'
