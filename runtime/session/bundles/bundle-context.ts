/** What is known of where a value is shown. */
export interface BundleContext {
  /** What gives the value again: `Out[3]`; undefined: nothing does, and no hint names it. */
  readonly place?: string | undefined;
  /** The source of a cell's function or class, as it was written. */
  readonly sourceOf?: ((code: Function) => { readonly text: string; readonly where: string } | undefined) | undefined;
  /** Loads a package of the notebook's folder: a plot that needs a document looks for one. */
  readonly require?: ((specifier: string) => unknown) | undefined;
}
