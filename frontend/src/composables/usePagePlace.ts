import { placeAt, type NamedPlace } from "../model/page-place.ts";
import { useEndpoint } from "./useEndpoint.ts";

/** As `usePagePath`, for pages by their route's name. */
export function usePagePlace(): (place: string | NamedPlace) => string | NamedPlace {
    const endpoint = useEndpoint();
    return (place) => placeAt(endpoint, place);
}
