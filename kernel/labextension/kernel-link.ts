/**
 * A view's comm to the kernel of its notebook, whichever that is just now: it opens one when a kernel is there, and tells when
 * that is gone, so that a restarted kernel or a server that comes back is asked anew.
 */
import type { Connect, Connection, Said } from "../../runtime/page/panel.ts";
import type { Comm, Kernel, SessionContext } from "./jupyterlab.ts";

const TARGET = "ray-ts.view";

export interface KernelLinkParts {
  readonly context: SessionContext;
  /** The kernel is there, perhaps for the first time, perhaps another one. */
  readonly there: () => void;
  readonly gone: (why: string) => void;
}

const GONE: Readonly<Record<string, string>> = {
  restarting: "the kernel restarts", autorestarting: "the kernel died and restarts", terminating: "the kernel ends", dead: "the kernel is dead", unknown: "there is no kernel",
};

export class KernelLink {
  readonly #parts: KernelLinkParts;
  #comm: Comm | undefined;
  /** The kernel that was there last. */
  #kernel: Kernel | undefined;
  #isThere = false;
  /** This kernel does not know the view: it is not asked again. */
  #isRefused = false;
  /** Comms that this page gave up while it could not say so. */
  #stale: Comm[] = [];

  constructor(parts: KernelLinkParts) {
    this.#parts = parts;
    for (const signal of this.#signals) signal.connect(this.#look);
    this.#look();
  }

  readonly connect: Connect = (request, heard) => {
    const kernel = this.#kernel;
    if (kernel === undefined || !this.#isThere || this.#isRefused) return undefined;
    const comm = kernel.createComm(TARGET);
    this.#comm = comm;
    const isCurrent = (): boolean => this.#comm === comm;
    comm.onMsg = ({ content }) => { if (isCurrent()) heard.said(content.data as Said); };
    comm.onClose = ({ content }) => {
      if (!isCurrent()) return;
      this.#comm = undefined;
      this.#isRefused = true;
      heard.closed(String((content.data as { reason?: unknown }).reason ?? "the kernel closed it"));
    };
    comm.open({ version: 1, ...request });
    return {
      send: (message) => { if (isCurrent() && !comm.isDisposed) comm.send(message); },
      close: () => {
        if (isCurrent() && !comm.isDisposed) comm.close({});
        if (isCurrent()) this.#comm = undefined;
      },
    } satisfies Connection;
  };

  end(): void {
    for (const signal of this.#signals) signal.disconnect(this.#look);
  }

  get #signals(): readonly { connect(slot: () => void): void; disconnect(slot: () => void): void }[] {
    const { context } = this.#parts;
    return [context.statusChanged, context.connectionStatusChanged, context.kernelChanged];
  }

  readonly #look = (): void => {
    const kernel = this.#parts.context.session?.kernel ?? undefined;
    const why = kernel === undefined ? GONE["unknown"] : (GONE[kernel.status] ?? (kernel.connectionStatus === "connected" ? undefined : "the connection to the kernel is lost"));
    if (this.#isThere && (why !== undefined || kernel !== this.#kernel)) this.#lose(why ?? "another kernel took its place");
    if (why !== undefined || kernel === undefined || this.#isThere) return;
    this.#isThere = true;
    if (kernel !== this.#kernel) this.#stale = [];
    this.#kernel = kernel;
    for (const comm of this.#stale.splice(0)) if (!comm.isDisposed) comm.close({});
    this.#parts.there();
  };

  #lose(why: string): void {
    this.#isThere = this.#isRefused = false;
    if (this.#comm === undefined) return;
    this.#stale.push(this.#comm);
    this.#comm = undefined;
    this.#parts.gone(why);
  }
}
