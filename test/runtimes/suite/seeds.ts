import type { ImportInput } from 'rest-api-key/management'

export const tenant = 'acme'
const foreignTenant = 'globex'

type Seed = Omit<ImportInput, 'groupId'>

/** Keys that every app has, by tenant. */
export const seeds: readonly (readonly [tenantId: string, keys: readonly Seed[]])[] = [
  [
    tenant,
    [
      { referenceId: '0123456789ABCDEF0123456789ABCDEF', description: 'Nightly import', inRole: 'Reader' },
      { referenceId: 'OPERATOR', inRole: 'Operator' },
      { referenceId: 'DEACTIVATED', activated: false },
      { referenceId: 'EXPIRED', expiresAt: new Date('2020-02-29T00:00:00.000Z') },
      { referenceId: 'EXPIRES-LATER', expiresAt: new Date('9999-12-31T00:00:00.000Z') },
      { referenceId: 'IPV4', allowedIps: ['127.0.0.1'] },
      { referenceId: 'IPV4-BLOCK', allowedIps: ['203.0.113.9', '127.0.0.0/30'] },
      { referenceId: 'IPV4-MAPPED', allowedIps: ['::ffff:127.0.0.1'] },
      { referenceId: 'IPV6', allowedIps: ['::1'] },
      { referenceId: 'IPV6-RANGE', allowedIps: ['::1-::ff'] },
      { referenceId: 'ELSEWHERE', allowedIps: ['203.0.113.0/24', '2001:db8::/32'] },
      { referenceId: 'SLOW' },
    ],
  ],
  [foreignTenant, [{ referenceId: 'GLOBEX' }]],
]

/** Keys whose look-ups do not go well. */
export const special = { failing: 'FAILING', hanging: 'HANGING', slow: 'SLOW' }
