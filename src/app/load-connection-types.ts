/**
 * Loads connection types from packages that are installed next to Usher (`USHER_CONNECTION_TYPES`). Names are resolved from the
 * installation's folder, because its package.json lists them. They are not resolved from Usher's own folder.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ConfigurationError } from "../config/configuration.js";
import { builtInConnectionTypes, type ProviderConfiguration } from "../connection-types/index.js";
import { isDefinedHere } from "../connection/contract/define-connection-type.js";
import { CONTRACT_VERSION, type AnyConnectionType, type RefusalText } from "../connection/contract/index.js";
import { findTypeMistakes } from "../connection/find-type-mistakes.js";
import { createRegistry, keyOf } from "../connection/registry.js";
import { createCatalogue } from "./catalogue.js";

/** A package, and one type from its export `connectionTypes`. */
interface LoadedType {
  readonly packageName: string;
  readonly type: AnyConnectionType;
}

/**
 * Returns the types that come with Usher, followed by the types of the packages.
 *
 * @param folder the installation's folder: its `node_modules` has the packages
 * @throws ConfigurationError that lists all mistakes
 */
export async function loadConnectionTypes(
  configuration: ProviderConfiguration,
  packageNames: readonly string[],
  folder: string = process.cwd(),
): Promise<readonly AnyConnectionType[]> {
  const builtIn = builtInConnectionTypes(configuration);
  if (packageNames.length === 0) return builtIn;
  const mistakes: string[] = [];
  const loaded: LoadedType[] = [];
  for (const packageName of packageNames) {
    const exported = await importTypes(packageName, folder);
    if ("mistake" in exported) mistakes.push(`${packageName} ${exported.mistake}`);
    else loaded.push(...exported.types.map((type) => ({ packageName, type })));
  }
  mistakes.push(...findMistakes(builtIn, loaded));
  if (mistakes.length > 0) throw new ConfigurationError(mistakes.map((each) => `USHER_CONNECTION_TYPES: ${each}.`));
  return [...builtIn, ...loaded.map(({ type }) => type)];
}

async function importTypes(
  packageName: string,
  folder: string,
): Promise<{ readonly types: readonly AnyConnectionType[] } | { readonly mistake: string }> {
  let file: string;
  try {
    file = createRequire(join(folder, "package.json")).resolve(packageName);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "MODULE_NOT_FOUND"
      ? { mistake: `is not installed in ${folder}; install it there with npm` }
      : {
          mistake: `has no entry point that Usher can find (${reasonOf(error)}); its package.json needs "exports": "./FILE.js"`,
        };
  }
  let module: { readonly connectionTypes?: unknown; readonly default?: unknown };
  try {
    module = (await import(pathToFileURL(file).href)) as typeof module;
  } catch (error) {
    return { mistake: `cannot be loaded: ${reasonOf(error)}` };
  }
  const exported = module.connectionTypes ?? module.default;
  const types: readonly unknown[] = Array.isArray(exported) ? exported : [exported];
  return types.length > 0 && types.every((type) => typeof type === "object" && type !== null)
    ? { types: types as AnyConnectionType[] }
    : { mistake: "exports no connection types; it needs `export const connectionTypes = [ … ]`" };
}

function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0]!.replace(/\.$/, "");
}

function findMistakes(builtIn: readonly AnyConnectionType[], loaded: readonly LoadedType[]): string[] {
  const ownersOfKeys = new Map(builtIn.map((type) => [keyOf(type), "Usher itself"]));
  const known = createCatalogue(createRegistry(builtIn));
  return loaded.flatMap(({ packageName, type }) => {
    const place = `${packageName}, type ${type.id}`;
    // For a type of a different contract version, findTypeMistakes reports only the version.
    if (type.contractVersion === CONTRACT_VERSION && !isDefinedHere(type))
      return [
        `${place}: it must be made by this Usher's defineConnectionType; ` +
          "list usher under peerDependencies of the package, so that npm installs only one copy",
      ];
    const mistakes = findTypeMistakes(type).map((mistake) => `${place}: ${mistake}`);
    if (mistakes.length > 0) return mistakes;
    const owner = ownersOfKeys.get(keyOf(type));
    if (owner !== undefined) return [`${place}: the id belongs to a type of ${owner}; the package must choose another`];
    ownersOfKeys.set(keyOf(type), packageName);
    const prefix = `${type.id.replaceAll("-", "_").toUpperCase()}_`;
    return Object.entries(type.refusals as Readonly<Record<string, RefusalText>>).flatMap(([code, text]) => {
      const taken = known.get(code);
      // All types that use one of Usher's protocols share the refusals of that protocol.
      if (taken !== undefined && taken.message === text.message && taken.remedy === text.remedy) return [];
      if (taken !== undefined) return [`${place}: the refusal code ${code} is Usher's own; choose another`];
      return code.startsWith(prefix) ? [] : [`${place}: the refusal code ${code} must begin with ${prefix}`];
    });
  });
}
