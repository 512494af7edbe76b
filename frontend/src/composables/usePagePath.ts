import { pathAt } from "../model/page-place.ts";
import { useEndpoint } from "./useEndpoint.ts";

/** Makes the path of a page one of the server's that the calling component shows: for `router.push`. */
export function usePagePath(): (path: string) => string {
    const endpoint = useEndpoint();
    return (path) => pathAt(endpoint, path);
}
