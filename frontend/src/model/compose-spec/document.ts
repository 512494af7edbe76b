import { config, include, model, network, secret, volume } from "./sections.ts";
import { service } from "./service.ts";
import { either, entries, list, map, plain, text, type Value } from "./value.ts";

/** What Dockge keeps in a compose file. */
const dockge: Value = map("What the page of this stack shows.", {
    urls: either(list("Addresses that the stack's page links to."), text("An address.")),
});

/** A whole compose file. */
export const composeDocument: Value = map("A compose file.", {
    services: entries("The stack's services, by name.", service),
    networks: entries("Networks, by name.", network),
    volumes: entries("Volumes, by name.", volume),
    configs: entries("Files for containers, by name.", config),
    secrets: entries("Secret files for containers, by name.", secret),
    include,
    models: entries("AI models, by name.", model),
    name: text("The project's name; Dockge uses the folder's."),
    version: plain("Not used any more; leave it out."),
    "x-dockge": dockge,
});
