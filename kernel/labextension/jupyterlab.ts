/** As much of JupyterLab's and Lumino's interfaces as the extension uses. They come from the page, which shares its packages. */

export interface Signal<T> {
  connect(slot: (sender: unknown, args: T) => void): void;
  disconnect(slot: (sender: unknown, args: T) => void): void;
}

export interface Comm {
  readonly isDisposed: boolean;
  onMsg: (message: { readonly content: { readonly data: unknown } }) => void;
  onClose: (message: { readonly content: { readonly data: unknown } }) => void;
  open(data: object): unknown;
  send(data: object): unknown;
  close(data: object): unknown;
}

export interface Kernel {
  readonly id: string;
  readonly status: string;
  readonly connectionStatus: string;
  createComm(target: string): Comm;
}

export interface SessionContext {
  readonly session: { readonly kernel: Kernel | null } | null;
  readonly statusChanged: Signal<string>;
  readonly connectionStatusChanged: Signal<string>;
  readonly kernelChanged: Signal<unknown>;
}

export interface MimeModel {
  readonly trusted: boolean;
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
  setData(options: { readonly data: Readonly<Record<string, unknown>>; readonly metadata?: Readonly<Record<string, unknown>> }): void;
}

export interface LuminoWidget {
  readonly node: HTMLElement;
  addClass(name: string): void;
  dispose(): void;
}

export interface NotebookPanel {
  readonly sessionContext: SessionContext;
  readonly content: { readonly rendermime: { addFactory(factory: object, rank?: number): void } };
}

export interface NotebookTracker {
  forEach(visit: (panel: NotebookPanel) => void): void;
  readonly widgetAdded: Signal<NotebookPanel>;
}

export interface LuminoWidgets {
  readonly Widget: new (options: { readonly node: HTMLElement }) => LuminoWidget;
}
