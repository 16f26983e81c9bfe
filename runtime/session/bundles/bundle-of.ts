/**
 * A value as MIME bundle: text always; html, a picture or a plot where they show more. A value that draws itself comes first. What
 * it costs is bounded by what is shown, not by the value's size.
 */
import { types } from "node:util";
import type { MimeBundle } from "../output.ts";
import type { BundleContext } from "./bundle-context.ts";
import { htmlOf } from "./html-of.ts";
import { imageBundle } from "./image-bundle.ts";
import { drawItself, plainBundle } from "./own-bundle.ts";
import { plotBundle } from "./plot-bundle.ts";
import { textOf } from "./text-of.ts";

/** A promise only where the value draws itself in one: text is made synchronously, where an interrupt can still cut it. */
export function bundleOf(value: unknown, context: BundleContext = {}): MimeBundle | Promise<MimeBundle> {
  if ((typeof value !== "object" && typeof value !== "function") || value === null || types.isProxy(value)) return described(value, context);
  const drawn = drawItself(value) ?? imageBundle(value) ?? plotBundle(value, context);
  if (types.isPromise(drawn)) return drawn.then((bundle) => withText(bundle, value, context));
  return withText(drawn, value, context);
}

/** `drawn`: what came of an attempt to draw it, which may be nothing. */
function withText(drawn: unknown, value: unknown, context: BundleContext): MimeBundle {
  if (drawn === null || typeof drawn !== "object") return described(value, context);
  const bundle = plainBundle(drawn as MimeBundle);
  return "text/plain" in bundle ? bundle : { "text/plain": textOf(value, context.place).text, ...bundle };
}

function described(value: unknown, context: BundleContext): MimeBundle {
  const text = textOf(value, context.place);
  const html = htmlOf(value, text, context);
  return { "text/plain": text.text, ...(html === undefined ? {} : { "text/html": html.text }) };
}
