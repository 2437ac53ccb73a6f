import type { MemoryKeySeed } from 'rest-api-key'

/** Keys for trying things out. They are published here, so they are no secrets: never use them for anything else. */
export const exampleKeys = {
  acmeAdministrator: {
    referenceId: '0123456789ABCDEF0123456789ABCDEF',
    id: 'acme-administrator',
    tenantId: 'acme',
    onBehalfOf: 'jdoe',
    inRole: 'Administrator',
  },
  acmeOperator: {
    referenceId: 'FEDCBA9876543210FEDCBA9876543210',
    id: 'acme-operator',
    tenantId: 'acme',
    inRole: 'Operator',
  },
  globexAdministrator: {
    referenceId: '00112233445566778899AABBCCDDEEFF',
    id: 'globex-administrator',
    tenantId: 'globex',
    inRole: 'Administrator',
  },
} as const satisfies Record<string, MemoryKeySeed>
