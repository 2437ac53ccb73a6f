import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { programOf } from '../../scripts/services/programs.js'

const mebibytes = 256

/** A file system of its own, so small that it can be filled. Only root can mount one. */
export class SmallDisk {
  readonly folder: string
  readonly #filler: string

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'rest-api-key-disk-'))
    this.#filler = join(this.folder, 'filler')
    const options = `size=${mebibytes}m,mode=1777`
    execFileSync(programOf('mount'), ['-t', 'tmpfs', '-o', options, 'tmpfs', this.folder])
  }

  static get isPossible(): boolean {
    return process.getuid?.() === 0
  }

  async fill(): Promise<void> {
    const file = await open(this.#filler, 'w')
    try {
      for (;;) await file.write(Buffer.alloc(2 ** 20))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    } finally {
      await file.close()
    }
  }

  async free(): Promise<void> {
    await rm(this.#filler)
  }

  remove(): void {
    execFileSync(programOf('umount'), ['--lazy', this.folder])
    rmdirSync(this.folder)
  }
}
