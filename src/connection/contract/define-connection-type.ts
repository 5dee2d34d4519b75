/** How a connection type is defined: by one call, which types it and lets Usher recognize it. */
import type { ConnectionType } from "./connection-type.js";
import type { SettingsDeclaration } from "./settings.js";

const defined = new WeakSet<object>();

/** Types a connection type by its own declaration, and changes nothing. */
export function defineConnectionType<const Declaration extends SettingsDeclaration, Opened, Verified>(
  type: ConnectionType<Declaration, Opened, Verified>,
): ConnectionType<Declaration, Opened, Verified> {
  defined.add(type);
  return type;
}

/**
 * Whether this copy of Usher defined the type. A type of a second copy would throw the refusals of that copy, which look
 * like defects here.
 */
export function isDefinedHere(type: object): boolean {
  return defined.has(type);
}
