import type { RouteParamsRawGeneric } from "vue-router";

/** A page by its route's name. */
export interface NamedPlace {
    readonly name: string;
    readonly params?: RouteParamsRawGeneric;
    readonly query?: Readonly<Record<string, string | undefined>>;
}

/** The name that a page has among those of another server. */
export function agentRouteName(name: string): string {
    return `agent-${name}`;
}

/** The address of one of a server's pages; `endpoint` is empty for the server that sent the page. */
export function pathAt(endpoint: string, path: string): string {
    if (endpoint === "") {
        return path;
    }
    const host = encodeURIComponent(endpoint).replaceAll("%3A", ":");
    return path === "/" ? `/agent/${host}` : `/agent/${host}${path}`;
}

/** The same for a page by its path or its name. */
export function placeAt(endpoint: string, place: string | NamedPlace): string | NamedPlace {
    if (typeof place === "string") {
        return pathAt(endpoint, place);
    }
    return endpoint === ""
        ? place
        : { ...place, name: agentRouteName(place.name), params: { ...place.params, endpoint } };
}
