import { ProblemError } from './problem.js'

/** The entity tag of a version. A use of a key is no edit, so that it does not change the tag. */
export function entityTag(version: number): string {
  return `"${version}"`
}

/**
 * The version that `If-Match` (RFC 9110, section 13.1.1) asks for; `undefined` for `*`, which writes whatever was changed
 * meanwhile. Without the header nothing is written: the default must not be that one editor overwrites another.
 *
 * @throws {ProblemError} 428 without the header, 412 for what is the tag of no version.
 */
export function versionIn(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined) {
    throw new ProblemError({
      status: 428,
      code: 'precondition_required',
      detail:
        'If-Match is required: the ETag of what is edited, or * to write whatever was changed meanwhile.',
    })
  }
  if (ifMatch === '*') return undefined
  const [, version] = /^"([1-9]\d{0,14})"$/.exec(ifMatch) ?? []
  if (version === undefined) {
    throw new ProblemError({
      status: 412,
      code: 'precondition_failed',
      detail: 'If-Match is the ETag of no version; it must be one ETag as it was answered, or *.',
    })
  }
  return Number(version)
}
