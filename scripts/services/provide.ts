import { freePorts } from './free-ports.js'
import { install } from './install.js'
import { Sandbox } from './sandbox.js'
import type { Service } from './service.js'

/** Everything that was started, and how to end it. */
export interface Provided {
  /** The variables of all services. */
  readonly environment: Readonly<Record<string, string>>
  close(): Promise<void>
}

/** Provides the services at once; if one of them fails, none is left. */
export async function provide(services: readonly Service[], signal: AbortSignal): Promise<Provided> {
  const environment: Record<string, string> = {}
  const sandboxes: Sandbox[] = []
  const destroyAll = () => {
    for (const sandbox of sandboxes) sandbox.destroy()
  }
  const close = async () => {
    await Promise.all(sandboxes.map((sandbox) => sandbox.close()))
    process.off('exit', destroyAll)
  }
  process.on('exit', destroyAll)

  const ports = await freePorts(services.reduce((sum, service) => sum + service.ports, 0))
  const missing = services.filter((service) => !isGiven(service) && !service.isInstalled())
  const installed = missing.length === 0 ? undefined : install(missing, signal)

  async function provideOne(service: Service, own: readonly number[]): Promise<void> {
    const { name, variable, packages } = service
    if (isGiven(service)) return say(name, `from ${variable}`)
    const begin = performance.now()
    if (missing.includes(service)) {
      say(name, `installing ${packages.join(', ')}`)
      await installed
    }
    const how = missing.includes(service) ? 'installed and started' : 'started'
    const sandbox = new Sandbox(service, signal)
    sandboxes.push(sandbox)
    environment[variable] = await service.start(sandbox, own)
    say(name, `${how} in ${((performance.now() - begin) / 1_000).toFixed(1)} s`)
  }

  const outcomes = await Promise.allSettled(
    services.map((service) => provideOne(service, ports.splice(0, service.ports))),
  )
  const failure = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failure !== undefined) {
    await close()
    throw failure.reason
  }
  return { environment, close }
}

function isGiven({ variable }: Service): boolean {
  return (process.env[variable] ?? '') !== ''
}

function say(name: string, text: string): void {
  console.log(`${name.padEnd(8)} ${text}`)
}
