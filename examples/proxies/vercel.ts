import { trustedClientIp } from 'rest-api-key'

/** Vercel writes the client that it sees, and functions can be reached through Vercel only. */
export const behindVercel = () =>
  trustedClientIp({ trust: 1, header: 'x-vercel-forwarded-for', single: true })
