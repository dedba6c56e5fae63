import { minutesOf } from '../answers.ts'

// Users per minute from a file of frames with ClickHouse in the process, on one thread: node chdb-file.ts FILE
// Through a variable: the compiler must not look for a package that is rarely there.
const name: string = 'chdb'
const { default: chdb } = await import(name)
const path = process.argv[2]!.replaceAll("'", "\\'")
const answer: string = chdb.query(
  `SELECT intDiv(ts, 60) AS minute, uniqCombined(uid), count()
   FROM file('${path}', 'JSONEachRow', 'ts UInt32, uid String') GROUP BY minute
   SETTINGS max_threads = 1, input_format_skip_unknown_fields = 1, input_format_parallel_parsing = 0`,
  'TSV'
)
const rows = answer.trim().split('\n')
console.log(minutesOf(rows.map(row => row.split('\t').map(Number) as [number, number, number])))
