import type { Fault } from '../errors.js'
import { parseIpRule } from '../ip-rule.js'
import type { KeyEntry } from '../management/key-entry.js'
import type { KeyChanges } from '../management/key-input.js'

/** IP rules that a form shows. A key with more keeps them: they are changed through the API. */
export const maxShownIps = 50

/** A key as somebody has typed it. */
export interface KeyDraft {
  readonly activated: boolean
  readonly description: string
  readonly onBehalfOf: string
  readonly inRole: string
  readonly allowedIps: readonly string[]
  /** What is typed under *New IP*; `undefined` before *Add New IP* was pressed. */
  readonly newIp: string | undefined
  /** Of the key that was edited; empty for a new one. */
  readonly version: string
}

export const newKeyDraft: KeyDraft = {
  activated: true,
  description: '',
  onBehalfOf: '',
  inRole: '',
  allowedIps: [],
  newIp: undefined,
  version: '',
}

export function keyDraftOf(key: KeyEntry): KeyDraft {
  const { activated, description, onBehalfOf, inRole, allowedIps, version } = key
  return {
    activated,
    description: description ?? '',
    onBehalfOf: onBehalfOf ?? '',
    inRole: inRole ?? '',
    allowedIps,
    newIp: undefined,
    version: String(version),
  }
}

export function keyDraftIn(form: URLSearchParams): KeyDraft {
  const text = (name: string) => form.get(name) ?? ''
  return {
    activated: form.has('activated'),
    description: text('description'),
    onBehalfOf: text('onBehalfOf'),
    inRole: text('inRole'),
    allowedIps: form.getAll('allowedIps'),
    newIp: form.get('newIp') ?? undefined,
    version: text('version'),
  }
}

/** The key as it is to be saved. An address that was typed and not confirmed counts as well. */
export function changesOf({ activated, description, onBehalfOf, inRole, allowedIps, newIp }: KeyDraft) {
  const typed = newIp?.trim()
  return {
    activated,
    description: description || null,
    onBehalfOf: onBehalfOf || null,
    inRole: inRole || null,
    allowedIps: typed ? [...allowedIps, typed] : allowedIps,
  } satisfies KeyChanges
}

/** Faults of what was saved, by the fields of the form: the last address may be one that was not confirmed. */
export function faultsIn({ allowedIps }: KeyDraft, faults: readonly Fault[]): readonly Fault[] {
  const last = `allowedIps[${allowedIps.length}]`
  return faults.map(({ field, message }) =>
    field === last ? { field: 'newIp', message: message.replace(last, 'newIp') } : { field, message },
  )
}

/** What a button of the form other than *Save Key* makes of it. */
export function edited(draft: KeyDraft, intent: string): { draft: KeyDraft; faults: readonly Fault[] } {
  const [, index] = /^remove-ip (\d+)$/.exec(intent) ?? []
  if (index !== undefined) {
    const allowedIps = draft.allowedIps.filter((_, position) => position !== Number(index))
    return { draft: { ...draft, allowedIps }, faults: [] }
  }
  if (intent === 'new-ip') return { draft: { ...draft, newIp: draft.newIp ?? '' }, faults: [] }
  if (intent === 'ok-ip') return withNewIp(draft)
  return { draft, faults: [] }
}

function withNewIp(draft: KeyDraft): ReturnType<typeof edited> {
  const rule = draft.newIp?.trim() ?? ''
  if (rule === '') return { draft: { ...draft, newIp: undefined }, faults: [] }
  const message =
    draft.allowedIps.length < maxShownIps ? ruleFault(rule) : `At most ${maxShownIps} can be added here`
  if (message !== undefined) return { draft, faults: [{ field: 'newIp', message }] }
  return { draft: { ...draft, allowedIps: [...draft.allowedIps, rule], newIp: undefined }, faults: [] }
}

function ruleFault(rule: string): string | undefined {
  try {
    parseIpRule(rule)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}
