/** Imported for its effect, before anything else of the package: ZeroMQ and the store belong to a process's main thread. */
import { isMainThread } from "node:worker_threads";

if (!isMainThread) {
  throw new Error("ray-ts cannot be imported in a worker thread. Ray's workers are processes of their own: write ray.remote(fn) in the main thread instead of starting a thread, and send results to threads by postMessage");
}
