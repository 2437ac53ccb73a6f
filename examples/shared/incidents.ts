export interface Incident {
  readonly id: string
  readonly title: string
  /** The user on whose behalf the key acts. */
  readonly openedBy: string | null
}

/** Incidents in memory. Every call names the tenant first, so that no route can forget it. */
export class Incidents {
  readonly #byTenant = new Map<string, Incident[]>()
  #created = 0

  constructor() {
    this.create('acme', 'Mail is late', 'jdoe')
    this.create('globex', 'The door does not open', null)
  }

  list(tenantId: string): readonly Incident[] {
    return this.#byTenant.get(tenantId) ?? []
  }

  create(tenantId: string, title: string, openedBy: string | null): Incident {
    const incident = { id: `INC-${++this.#created}`, title, openedBy }
    this.#byTenant.set(tenantId, [...this.list(tenantId), incident])
    return incident
  }

  /** `false` if the tenant has no such incident; whether another tenant has one is not told. */
  delete(tenantId: string, id: string): boolean {
    const incidents = this.list(tenantId)
    const rest = incidents.filter((incident) => incident.id !== id)
    this.#byTenant.set(tenantId, rest)
    return rest.length < incidents.length
  }
}

/** The title in a request body, which can be anything. */
export function titleIn(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('title' in body)) return undefined
  return typeof body.title === 'string' && body.title !== '' ? body.title : undefined
}
