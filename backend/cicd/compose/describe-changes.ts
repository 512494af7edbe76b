import type { NameChanges, ServiceChange } from "../../../common/schema/preview.ts";
import { type ServiceFacts, serviceFacts } from "./service-facts.ts";
import type { ServiceModel } from "./service-model.ts";

/** Two releases of a stack, as Compose renders them for its directory. */
export interface ModelPair {
    /** What runs; undefined where nothing was deployed. */
    readonly old: ServiceModel | undefined;
    readonly wanted: ServiceModel;
    readonly stackDirectory: string;
}

/**
 * Adds to each service in what its configuration differs from what runs: image, names of variables, ports, mounts. A
 * service that is new has all of its own as added; one that goes has nothing to add.
 */
export function describeChanges(changes: readonly ServiceChange[], pair: ModelPair): ServiceChange[] {
    const old = factsByService(pair.old, pair.stackDirectory);
    const wanted = factsByService(pair.wanted, pair.stackDirectory);
    return changes.map((change) => {
        const now = wanted.get(change.service);
        return now === undefined ? change : { ...change, ...differences(now, old.get(change.service), change.image) };
    });
}

function factsByService(model: ServiceModel | undefined, stackDirectory: string): ReadonlyMap<string, ServiceFacts> {
    const entries = model?.services ?? [];
    return new Map(entries.map((entry) => [entry.name, serviceFacts(entry, stackDirectory)]));
}

const nothing: ServiceFacts = { image: undefined, variables: new Map(), ports: [], mounts: [] };

function differences(
    now: ServiceFacts,
    old: ServiceFacts = nothing,
    image = now.image,
): Pick<ServiceChange, "previousImage" | "variables" | "ports" | "mounts"> {
    const variables = variableChanges(old.variables, now.variables);
    const ports = nameChanges(old.ports, now.ports);
    const mounts = nameChanges(old.mounts, now.mounts);
    const isOther = old.image !== undefined && old.image !== image;
    return {
        ...(isOther && { previousImage: old.image }),
        ...(variables && { variables }),
        ...(ports && { ports }),
        ...(mounts && { mounts }),
    };
}

function variableChanges(
    old: ReadonlyMap<string, string>,
    now: ReadonlyMap<string, string>,
): ServiceChange["variables"] {
    const changed = [...now].filter(([name, value]) => old.has(name) && old.get(name) !== value);
    const names = nameChanges([...old.keys()], [...now.keys()]);
    if (names === undefined && changed.length === 0) {
        return undefined;
    }
    return { added: [], removed: [], ...names, changed: changed.map(([name]) => name).sort() };
}

/** Undefined where both have the same. */
function nameChanges(old: readonly string[], now: readonly string[]): NameChanges | undefined {
    const added = [...new Set(now)].filter((name) => !old.includes(name)).sort();
    const removed = [...new Set(old)].filter((name) => !now.includes(name)).sort();
    return added.length + removed.length === 0 ? undefined : { added, removed };
}
