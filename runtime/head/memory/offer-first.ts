/** The system, when it has to kill somebody for memory, begins with workers: not with the head, a session or other programs of the user. */
import { writeFileSync } from "node:fs";

/** As Ray's workers. */
const SCORE = "1000";

export function offerFirst(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, SCORE);
  } catch {
    // not a Linux, or the process has ended already: nothing is lost
  }
}
