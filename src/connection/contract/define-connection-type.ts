/** Defines a connection type: TypeScript checks it, and Usher recognizes it. */
import type { ConnectionType } from "./connection-type.js";
import type { SettingsDeclaration } from "./settings.js";

const defined = new WeakSet<object>();

/** Returns the type unchanged, with the TypeScript types of its own declaration. */
export function defineConnectionType<const Declaration extends SettingsDeclaration, Opened, Verified>(
  type: ConnectionType<Declaration, Opened, Verified>,
): ConnectionType<Declaration, Opened, Verified> {
  defined.add(type);
  return type;
}

/**
 * Whether this copy of Usher defined the type. A type that a second copy defined throws that copy's refusals, which
 * this copy does not recognize.
 */
export function isDefinedHere(type: object): boolean {
  return defined.has(type);
}
