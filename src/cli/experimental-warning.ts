interface Warnings {
  emitWarning: (this: void, ...details: unknown[]) => void
}

/**
 * Runs `load`, which loads a node module that Node calls experimental, without the warning of that;
 * every other warning is given. The program has been tried with the versions of Node that it takes.
 */
export function withoutExperimentalWarning(load: () => void): void {
  const warnings = process as unknown as Warnings
  const { emitWarning } = warnings
  warnings.emitWarning = (...details) => {
    if (details[1] !== 'ExperimentalWarning') Reflect.apply(emitWarning, process, details)
  }
  try {
    load()
  } finally {
    warnings.emitWarning = emitWarning
  }
}
