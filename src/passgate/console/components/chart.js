// A chart. Colours may be names of the theme's values, such as "var(--brand)"; it follows the theme when that changes.
import { echarts } from "nicegui-echart";

export default {
  template: `<div></div>`,
  props: { options: Object },
  mounted() {
    this.chart = echarts.init(this.$el, null, { renderer: "svg" });
    this.sizes = new ResizeObserver(() => this.chart.resize());
    this.sizes.observe(this.$el);
    this.theme = new MutationObserver(() => this.draw());
    this.theme.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    this.draw();
  },
  beforeUnmount() {
    this.sizes?.disconnect();
    this.theme?.disconnect();
    this.chart?.dispose();
  },
  watch: {
    options() {
      this.draw();
    },
  },
  methods: {
    draw() {
      const values = getComputedStyle(document.documentElement);
      const named = (_key, value) => {
        const name = typeof value === "string" && /^var\((--[\w-]+)\)$/.exec(value);
        return name ? values.getPropertyValue(name[1]).trim() : value;
      };
      this.chart.setOption(JSON.parse(JSON.stringify(this.options), named), { notMerge: true });
    },
  },
};
