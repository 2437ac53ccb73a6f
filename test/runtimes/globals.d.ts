/** What the servers of the suite use of other runtimes. */

declare module 'node:sqlite' {
  export class DatabaseSync {
    constructor(path: string)
    prepare(sql: string): {
      columns(): unknown[]
      all(...parameters: readonly unknown[]): unknown[]
      run(...parameters: readonly unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint }
    }
    close(): void
  }
}

declare module 'bun:sqlite' {
  export class Database {
    constructor(path: string)
    prepare(sql: string): {
      readonly columnNames: readonly string[]
      all(...parameters: readonly unknown[]): unknown[]
      run(...parameters: readonly unknown[]): { changes: number; lastInsertRowid: number | bigint }
    }
    close(): void
  }
}
