/** What is used of the global object, which no library of ours declares. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object, imports?: object) => { readonly exports: unknown }
  readonly Memory: new (pages: { initial: number; maximum: number }) => WasmMemory
}

export interface WasmMemory {
  readonly buffer: ArrayBuffer
}

/** Some kB, which browsers allow a page to compile at once. Throws where WASM is missing or forbidden. */
export function compileModule(base64: string): object {
  const bytes = Uint8Array.from(atob(base64), character => character.charCodeAt(0))
  return new WebAssembly.Module(bytes)
}

/** The exports of a new instance. */
export function instantiate(module: object, imports?: object): unknown {
  return new WebAssembly.Instance(module, imports).exports
}

/** A memory that never grows. Throws when there is no room for it. */
export function createMemory(pages: number): WasmMemory {
  return new WebAssembly.Memory({ initial: pages, maximum: pages })
}
