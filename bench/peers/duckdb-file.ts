import { minutesOf } from '../answers.ts'

// Users per minute from a file of frames with DuckDB in the process, on one thread:
// node duckdb-file.ts approximate|exact FILE
// Through a variable: the compiler must not look for a package that is rarely there.
const name: string = '@duckdb/node-api'
const { DuckDBInstance } = await import(name)
const [how, file] = process.argv.slice(2) as [string, string]
const users = how === 'exact' ? 'count(DISTINCT uid)' : 'approx_count_distinct(uid)'
const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
const connection = await instance.connect()
const reader = await connection.runAndReadAll(
  `SELECT ts // 60 AS minute, ${users}, count(*)
   FROM read_json('${file.replaceAll("'", "''")}', format = 'newline_delimited',
     columns = { ts: 'BIGINT', uid: 'VARCHAR' }) GROUP BY minute`
)
const rows: readonly (readonly unknown[])[] = reader.getRows()
console.log(minutesOf(rows.map(row => row.map(Number) as [number, number, number])))
