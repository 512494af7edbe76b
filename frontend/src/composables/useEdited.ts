import { nextTick, ref, type Ref } from "vue";

export interface Edited {
    /** The id of the one that is edited, "" for a new one; undefined while there is none. */
    readonly edited: Ref<string | undefined>;
    edit(id: string): Promise<void>;
    close(): Promise<void>;
}

/**
 * Which one of a list is edited in its place. The keyboard's focus goes into the form, and afterwards back to the
 * button that opens it, which is the one with the id as its `data-opens`.
 */
export function useEdited(list: Readonly<Ref<HTMLElement | null>>): Edited {
    const edited = ref<string>();

    function focus(selector: string): void {
        list.value?.querySelector<HTMLElement>(selector)?.focus();
    }

    async function edit(id: string): Promise<void> {
        edited.value = id;
        await nextTick();
        focus("form input");
    }

    async function close(): Promise<void> {
        const id = edited.value ?? "";
        edited.value = undefined;
        await nextTick();
        focus(`[data-opens="${id}"]`);
    }

    return { edited, edit, close };
}
