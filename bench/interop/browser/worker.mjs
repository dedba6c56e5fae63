// gate-ignore walls: import maps are for pages alone, so a worker names the file of the built package
import * as sketch from '/dist/sketch/index.js'
import { answersOf } from './answers.mjs'

try {
  postMessage(answersOf(sketch))
} catch (error) {
  postMessage({ error: String(error) })
}
