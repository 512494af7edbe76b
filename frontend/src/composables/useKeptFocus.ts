import { nextTick, watch, type Ref, type WatchSource } from "vue";

/**
 * Where a change replaces the focused button of a group by another one, the focus goes to that: the first one of the
 * group that was not there before, else the first that can be pressed. Keyboards would start again at the page's top.
 */
export function useKeptFocus(group: Readonly<Ref<HTMLElement | null>>, change: WatchSource): void {
    const buttonsIn = (): readonly HTMLButtonElement[] =>
        Array.from(group.value?.querySelectorAll<HTMLButtonElement>("button:not(:disabled)") ?? []);

    watch(change, async () => {
        const focused = document.activeElement;
        if (group.value === null || !group.value.contains(focused)) {
            return;
        }
        const before = new Set(buttonsIn());
        await nextTick();
        if (focused?.isConnected !== true) {
            const now = buttonsIn();
            (now.find((button) => !before.has(button)) ?? now[0])?.focus();
        }
    });
}
