// A moment, in the reader's time zone; keeps itself up to date.
export default {
  template: `<time :datetime="iso" :title="exact">{{ text }}</time>`,
  props: { iso: String, display: String },
  data() {
    return { text: window.passgateMoment(this.iso, this.display), exact: window.passgateExact(this.iso) };
  },
  watch: {
    iso() {
      this.refresh();
    },
  },
  mounted() {
    this.timer = setInterval(() => this.refresh(), 5000);
  },
  unmounted() {
    clearInterval(this.timer);
  },
  methods: {
    refresh() {
      this.text = window.passgateMoment(this.iso, this.display);
      this.exact = window.passgateExact(this.iso);
    },
  },
};
