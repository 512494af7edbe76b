/** What tools that cannot read single file components take them for; `vue-tsc` reads them, and knows better. */
declare module "*.vue" {
    import type { DefineComponent } from "vue";
    const component: DefineComponent;
    export default component;
}
