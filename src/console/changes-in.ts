import type { AuditEvent } from '../management/audit-event.js'
import { labels } from './labels.js'

type Facts = AuditEvent['before']

/** What an event has changed, in words. */
export function changesIn(before: Facts, after: Facts): string {
  const named = (field: string) => labels[field] ?? field
  if (before !== null && after !== null) {
    return Object.keys(after)
      .filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]))
      .map((field) => `${named(field)}: ${textOf(before[field])} → ${textOf(after[field])}`)
      .join('; ')
  }
  return Object.entries(after ?? before ?? {})
    .filter(([field, value]) => field !== 'groupId' && !isNothing(value))
    .map(([field, value]) => `${named(field)}: ${textOf(value)}`)
    .join('; ')
}

function isNothing(value: unknown): boolean {
  return value === null || value === undefined || (Array.isArray(value) && value.length === 0)
}

function textOf(value: unknown): string {
  if (isNothing(value)) return 'none'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value)) return value.join(', ')
  return typeof value === 'string' ? value : JSON.stringify(value)
}
