/** What tells environments apart, and the folders of their packages: hashes of everything that makes a difference. */
import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { envText, isPlainEnv, type KeyedEnv, type NpmPackages, type RuntimeEnv } from "../engine/runtime-env.ts";

/** Undefined for the plain environment. A local package that changed is another one. */
export function keyedEnv(env: RuntimeEnv): KeyedEnv | undefined {
  if (isPlainEnv(env)) return undefined;
  return { key: hash(envText(env), env.npm === undefined ? "" : localVersions(env.npm)), env };
}

/** Packages for another Node, platform or registry are other packages. */
export function npmKey(npm: NpmPackages, envVars: Readonly<Record<string, string>>): string {
  const settings = Object.entries(envVars).filter(([name]) => /^npm_config_/i.test(name)).sort();
  return hash(JSON.stringify([[...npm.packages].sort(), npm.ignoreScripts, settings]), localVersions(npm), process.platform, process.arch, process.versions.modules);
}

/** Of `file:/a/package.tgz`, `name@file:/a/folder`. */
function localVersions({ packages }: NpmPackages): string {
  const versions = packages.flatMap((spec) => {
    const path = /(?:^|@)file:(.+)$/.exec(spec)?.[1];
    const stat = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false });
    return stat === undefined ? [] : [`${stat.mtimeMs}:${stat.size}`];
  });
  return versions.join(" ");
}

const hash = (...parts: readonly string[]): string => createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 16);
