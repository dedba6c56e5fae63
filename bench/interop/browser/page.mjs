// gate-ignore walls: a page of its own, where the import map of index.html says what this is
import * as sketch from 'headcount/sketch'
import { answersOf } from './answers.mjs'

/* The page answers by itself and through a worker, and posts both. */
const worker = new Worker('/worker.mjs', { type: 'module' })
worker.addEventListener('message', ({ data }) => void post({ page: answers(), worker: data }))
worker.addEventListener('error', ({ message }) => void post({ error: `worker: ${message}` }))

function answers() {
  try {
    return answersOf(sketch)
  } catch (error) {
    return { error: String(error) }
  }
}

function post(body) {
  return fetch('/answers', { method: 'POST', body: JSON.stringify(body) })
}
