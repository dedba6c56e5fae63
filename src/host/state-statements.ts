import type { DatabaseSync, StatementSync } from 'node:sqlite'

type Stored = [unpacked: number, value: Uint8Array]
type Row = [level: number, start: number, group: string, part: number, ...Stored]
type Name = [start: number, group: string, part: number]

/** The statements over the table of `openStateDatabase`, with their types; rows come as arrays. */
export class StateStatements {
  private readonly one: StatementSync
  private readonly upsert: StatementSync
  private readonly remove: StatementSync
  private readonly oldest: StatementSync
  private readonly next: StatementSync
  private readonly used: StatementSync

  constructor(database: DatabaseSync) {
    const key = 'level = ? AND start = ? AND grp = ? AND part = ?'
    const order = 'ORDER BY level, start, grp, part LIMIT ?'
    const prepare = (sql: string): StatementSync => {
      const statement = database.prepare(sql)
      statement.setReturnArrays(true)
      return statement
    }
    this.one = prepare(`SELECT unpacked, value FROM state WHERE ${key}`)
    this.upsert = prepare(
      `INSERT INTO state (level, start, grp, part, unpacked, value) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET unpacked = excluded.unpacked, value = excluded.value`
    )
    this.remove = prepare(`DELETE FROM state WHERE ${key}`)
    this.oldest = prepare(
      `SELECT start, grp, part FROM state WHERE level = ? AND start < ? ${order}`
    )
    this.next = prepare(
      `SELECT level, start, grp, part, unpacked, value FROM state
       WHERE (level, start, grp, part) > (?, ?, ?, ?) ${order}`
    )
    this.used = prepare(
      'SELECT page_count - freelist_count FROM pragma_page_count, pragma_freelist_count'
    )
  }

  get(level: number, start: number, group: string, part: number): Stored | undefined {
    return this.one.get(level, start, group, part) as unknown as Stored | undefined
  }

  put(
    level: number,
    start: number,
    group: string,
    part: number,
    unpacked: number,
    value: Uint8Array
  ): void {
    this.upsert.run(level, start, group, part, unpacked, value)
  }

  delete(level: number, start: number, group: string, part: number): void {
    this.remove.run(level, start, group, part)
  }

  before(level: number, before: number, max: number): Name[] {
    return this.oldest.all(level, before, max) as unknown as Name[]
  }

  /** The first `max` rows behind this one. */
  after(level: number, start: number, group: string, part: number, max: number): Row[] {
    return this.next.all(level, start, group, part, max) as unknown as Row[]
  }

  /** Pages in use. */
  pages(): number {
    const [pages] = this.used.get() as unknown as [number]
    return pages
  }
}
