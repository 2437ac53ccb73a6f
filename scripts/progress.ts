const width = 30

/** Shows how far something has come: a bar on a terminal, a line for every tenth elsewhere. */
export function progress(total: number, what: string): { advance(done: number): void } {
  const begin = performance.now()
  const number = new Intl.NumberFormat('en')
  let tenths = 0
  return {
    advance(done) {
      const seconds = Math.round((performance.now() - begin) / 1_000)
      const text = `${number.format(done)} of ${number.format(total)} ${what}, ${seconds} s`
      if (process.stdout.isTTY) {
        const bar = '#'.repeat(Math.round((width * done) / total)).padEnd(width, '.')
        process.stdout.write(`\r[${bar}] ${text}${done === total ? '\n' : ''}`)
        return
      }
      const reached = Math.floor((10 * done) / total)
      if (reached > tenths) console.log(text)
      tenths = reached
    },
  }
}
