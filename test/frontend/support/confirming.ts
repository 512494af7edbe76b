import { defineComponent, h, watch, type Component } from "vue";
import { useConfirm, type Question } from "../../../frontend/src/composables/useConfirm.ts";

/** A component beside somebody who answers every question with yes (or no); `asked` collects the questions. */
export function confirming(component: Component, asked: Question[] = [], yes = true) {
    return defineComponent({
        inheritAttrs: false,
        setup(_props, { attrs }) {
            const { question, answer } = useConfirm();
            watch(question, (found) => {
                if (found !== undefined) {
                    asked.push(found);
                    answer(yes);
                }
            });
            return () => h(component, attrs);
        },
    });
}
