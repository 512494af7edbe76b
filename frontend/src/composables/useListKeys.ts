import { useEventListener } from "@vueuse/core";
import type { Ref } from "vue";

/**
 * Keys of a list with a search field: `/` goes to the field from anywhere outside of fields, the arrows from it into
 * the list and through the list, Home and End to its ends.
 */
export function useListKeys(root: Readonly<Ref<HTMLElement | null>>, field: Readonly<Ref<HTMLElement | null>>): void {
    useEventListener(document, "keydown", (event: KeyboardEvent) => {
        const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
        if (event.key === "/" && isPlain && !takesText(event.target)) {
            event.preventDefault();
            field.value?.focus();
        }
    });

    useEventListener(root, "keydown", (event: KeyboardEvent) => {
        const items = Array.from(root.value?.querySelectorAll<HTMLElement>("[data-list-item]") ?? []);
        const at = items.findIndex((item) => item === document.activeElement);
        const inField = event.target === field.value;
        const next = nextIndex(event.key, at, items.length, inField);
        if (next === undefined || (at === -1 && !inField)) {
            return;
        }
        event.preventDefault();
        (next < 0 ? field.value : items[next])?.focus();
    });
}

/** -1 means the field; undefined: the key is not ours. */
function nextIndex(key: string, at: number, count: number, inField: boolean): number | undefined {
    if (key === "ArrowDown") {
        return Math.min(at + 1, count - 1);
    }
    if (inField) {
        return undefined;
    }
    const places: Readonly<Record<string, number>> = { ArrowUp: at - 1, Home: 0, End: count - 1 };
    return places[key];
}

function takesText(target: EventTarget | null): boolean {
    return target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null;
}
