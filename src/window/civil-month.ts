/*
 * Months of the proleptic Gregorian calendar as whole numbers: month 0 is January of year 0, day 0 is
 * 1970-01-01. Years begin in March here, so that the leap day is the last day of a year and the days
 * before a month are linear in the month: ⌊(153 m + 2) / 5⌋.
 */
const DAYS_PER_400_YEARS = 146_097
const DAYS_TO_1970 = 719_468

/** Day number of the first day of a month. */
export function firstDayOfMonth(month: number): number {
  const fromMarch = month - 2
  const year = Math.floor(fromMarch / 12)
  const inYear = fromMarch - 12 * year
  const leapDays = Math.floor(year / 4) - Math.floor(year / 100) + Math.floor(year / 400)
  return 365 * year + leapDays + Math.floor((153 * inYear + 2) / 5) - DAYS_TO_1970
}

/** The month that holds a day. */
export function monthOfDay(day: number): number {
  // Months of mean length give an estimate that is off by one at most, either way.
  let month = Math.floor(((day + DAYS_TO_1970) * 4_800) / DAYS_PER_400_YEARS) + 2
  while (firstDayOfMonth(month + 1) <= day) month++
  while (firstDayOfMonth(month) > day) month--
  return month
}

/** Days of the longest span of `count` months in a row that begins at a multiple of `every`. */
export function longestMonths(count: number, every: number): number {
  let most = 0
  // From 1996 on the spans meet every leap day there can be.
  const from = 1_996 * 12
  for (let month = from; month < from + 48; month += every) {
    most = Math.max(most, firstDayOfMonth(month + count) - firstDayOfMonth(month))
  }
  return most
}
