import { readdirSync, readFileSync } from 'node:fs'

/** A process and all that descend from it, parents first; what has ended but was not fetched does not count. */
export function processTree(root: number): number[] {
  const children = new Map<number, number[]>()
  for (const { pid, parent } of processes()) {
    children.set(parent, [...(children.get(parent) ?? []), pid])
  }
  const tree = [root]
  for (const pid of tree) tree.push(...(children.get(pid) ?? []))
  return tree.filter(isAlive)
}

export function isAlive(pid: number): boolean {
  const status = statusOf(pid)
  return status !== undefined && status.state !== 'Z'
}

function processes(): { pid: number; parent: number }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const pid = Number(name)
      const status = statusOf(pid)
      return status === undefined ? [] : [{ pid, parent: status.parent }]
    })
}

/** What the kernel tells behind the program's name, which may hold anything. */
function statusOf(pid: number): { state: string; parent: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [state = '', parent] = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { state, parent: Number(parent) }
  } catch {
    return undefined
  }
}
