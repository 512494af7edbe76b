import { isTrouble, readForm } from "./compose-edit/form.ts";

export interface StackUrl {
    readonly href: string;
    readonly label: string;
}

/** The addresses under `x-dockge.urls` that lead to pages: http and https only, each once. */
export function stackUrls(yaml: string): readonly StackUrl[] {
    const form = readForm(yaml);
    const urls = isTrouble(form) ? [] : form.urls.flatMap(urlOf);
    return [...new Map(urls.map((url) => [url.href, url])).values()];
}

function urlOf(text: string): readonly StackUrl[] {
    if (!URL.canParse(text)) {
        return [];
    }
    const { protocol, href, host, pathname, search } = new URL(text);
    const path = pathname === "/" ? "" : pathname;
    return protocol === "http:" || protocol === "https:" ? [{ href, label: host + path + search }] : [];
}
