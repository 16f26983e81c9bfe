/** Placement groups that this process makes, waits for and removes. Owns: the count of its own; the head places them. */
import { clearTimeout, setTimeout } from "node:timers";
import type { Encoded, PlacementGroups } from "../engine/engine.ts";
import type { PlacementGroupInfo, PlacementGroupRow, PlacementGroupSpec } from "../engine/placement.ts";
import { isError, RayError, TaskPlacementGroupRemovedError } from "../errors.ts";
import { placementGroupId, type ObjectId, type PlacementGroupId, type ProcessName } from "../ids.ts";
import type { ToHead } from "../wire/message.ts";
import type { Objects } from "./objects.ts";

export interface PlacementGroupsShell {
  readonly self: ProcessName;
  readonly objects: Objects;
  readonly namespace: () => string;
  say(message: ToHead): void;
  ask(make: (reply: number) => ToHead): Promise<unknown>;
  /** A wait of the code that runs now begins; call what it returns when it has ended. */
  beginWait(): () => void;
}

export class LocalPlacementGroups implements PlacementGroups {
  private readonly shell: PlacementGroupsShell;
  private count = 0;

  constructor(shell: PlacementGroupsShell) {
    this.shell = shell;
  }

  create(spec: PlacementGroupSpec): PlacementGroupInfo {
    const id = placementGroupId(this.shell.self, ++this.count);
    this.shell.say({ type: "group-wanted", group: id, namespace: this.shell.namespace(), ...spec });
    return { id, ...spec };
  }

  async remove(group: PlacementGroupId): Promise<void> {
    await this.shell.ask((reply) => ({ type: "group-removed", group, reply }));
  }

  ready(group: PlacementGroupId, value: Encoded): ObjectId {
    const { objects } = this.shell;
    const ref = objects.create();
    this.placed(group).then(
      () => objects.settle(ref, objects.toWire(value), false),
      (error: unknown) => objects.settle(ref, objects.errorValue(isError(error) ? error : new RayError(String(error))), true),
    );
    return ref;
  }

  async waitFor(group: PlacementGroupId, timeoutMs: number): Promise<boolean> {
    const ended = this.shell.beginWait();
    let timer: NodeJS.Timeout | undefined;
    try {
      const late = new Promise<false>((done) => { if (timeoutMs <= MOST_TIMEOUT_MS) timer = setTimeout(() => done(false), timeoutMs); });
      return await Promise.race([this.placed(group).then(() => true), late]);
    } finally {
      clearTimeout(timer);
      ended();
    }
  }

  private async placed(group: PlacementGroupId): Promise<void> {
    const why = (await this.shell.ask((reply) => ({ type: "group-awaited", group, reply }))) as string | null;
    if (why !== null) throw new TaskPlacementGroupRemovedError(`Placement group ${group} is gone: ${why}`);
  }

  async rows(): Promise<readonly PlacementGroupRow[]> {
    return (await this.shell.ask((reply) => ({ type: "groups-sought", reply }))) as PlacementGroupRow[];
  }
}

/** What a timer can count; longer is for ever. */
const MOST_TIMEOUT_MS = 2 ** 31 - 1;
