/** The resolvers and nodes of provisioning directories, for the composition root. */
import { findByIds, scopeIfGranted, type NodeSource } from "../../access/node.js";
import type { ConnectionServices } from "../../connection/services.js";
import type { Store } from "../../access/store.js";
import type { ResolverClass } from "../../platform/graphql/schema.js";
import { createConnectionLoaders } from "../../connection/loaders.js";
import { createDirectoryLoaders, DirectoryResolver } from "./graphql/directory.resolver.js";
import { DirectoryMappingsResolver } from "./graphql/mappings.resolver.js";
import { RequestResolver, type ExplainRequest } from "./graphql/request.resolver.js";
import { DIRECTORY_COLUMNS, directoryFromRaw } from "./stored/directory.repository.js";

/** @param explain finds what to do about the outcome of a request */
export function createDirectoryResolvers(
  services: ConnectionServices,
  explain: ExplainRequest,
): ReadonlyMap<ResolverClass, object> {
  const { publicUrl, clock, urls } = services.runtime;
  const loaders = createDirectoryLoaders(services, clock);
  return new Map<ResolverClass, object>([
    [DirectoryResolver, new DirectoryResolver(services, publicUrl, urls.serverUrl, loaders)],
    [DirectoryMappingsResolver, new DirectoryMappingsResolver(services, createConnectionLoaders(services))],
    [RequestResolver, new RequestResolver(services, explain)],
  ]);
}

export function createDirectoryNodes({ reader }: Store): readonly NodeSource[] {
  const table = {
    columns: DIRECTORY_COLUMNS,
    from: "provisioning_directory d",
    alias: "d",
    read: directoryFromRaw,
  };
  return [
    {
      type: "ProvisioningDirectory",
      find: (caller, ids) => findByIds(reader, table, scopeIfGranted(caller, "CONNECTIONS_READ"), ids),
    },
  ];
}
