// A table. Each column has a kind, which says how its cells look; cells are plain values or small objects.
const COPY = "M9 9h11v11H9z M15 9V4H4v11h5";
// As in the styles: from here on the column of actions sticks to the right edge.
const NARROW = "(max-width: 899.98px)";

export default {
  template: `
    <div class="pg-table-wrap">
      <table class="pg-table" :class="{'pg-cell-two': hasSub}" :data-dense="dense || null" :aria-label="label">
        <thead>
          <tr>
            <th v-for="column in shown" :key="column.name" scope="col" :class="side(column)">
              <span :class="{'pg-sr': column.kind === 'actions'}">{{ column.label }}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          <tr v-for="row in rows" :key="row.id" :class="{'pg-new': row.fresh}" :data-open="opens(row) || null"
              :data-id="row.id" :tabindex="opens(row) && !row.href ? 0 : null"
              :draggable="dragging || null" :data-drop="over === row.id ? place : null"
              @dragstart="lift(row, $event)" @dragover="hover(row, $event)" @dragleave="leave(row)"
              @drop.prevent="drop(row)" @dragend="settle"
              @click="open(row, $event)" @keydown.enter.self="open(row, $event)">
            <td v-for="(column, place) in shown" :key="column.name" :class="side(column)">
              <template v-if="row[column.name] === null || row[column.name] === undefined || row[column.name] === ''">
                <span v-if="column.kind !== 'actions'" class="pg-faint" aria-label="none">–</span>
              </template>
              <template v-else-if="column.kind === 'main'">
                <a v-if="row.href" class="pg-cell-main" :href="row.href">{{ row[column.name] }}</a>
                <span v-else class="pg-cell-main">{{ row[column.name] }}</span>
                <span v-if="row.sub" class="pg-cell-sub">{{ row.sub }}</span>
              </template>
              <span v-else-if="column.kind === 'id'" class="pg-id">
                <span>{{ row[column.name] }}</span>
                <button type="button" class="pg-copy" aria-label="Copy" :data-copy="row[column.name]">
                  <svg viewBox="0 0 24 24" aria-hidden="true"><path :d="copyPath" /></svg>
                </button>
              </span>
              <span v-else-if="column.kind === 'badge'" class="pg-badge" :data-tone="row[column.name].tone"
                    :title="row[column.name].title || null">
                <span v-if="row[column.name].dot" class="pg-dot"></span>{{ row[column.name].text }}
              </span>
              <span v-else-if="column.kind === 'bar'" class="pg-fill" :title="row[column.name].percent + ' %'">
                <span class="pg-fill-track"><span class="pg-fill-part" :data-tone="row[column.name].tone"
                      :style="{ width: row[column.name].percent + '%' }"></span></span>
                <span class="pg-num">{{ row[column.name].text }}</span>
              </span>
              <span v-else-if="column.kind === 'bars'" class="pg-fills">
                <span v-for="item in row[column.name]" :key="item.text" class="pg-fill" :title="item.percent === null ? null : item.percent + ' %'">
                  <span v-if="item.percent !== null" class="pg-fill-track"><span class="pg-fill-part" :data-tone="item.tone"
                        :style="{ width: item.percent + '%' }"></span></span>
                  <span class="pg-num">{{ item.text }}</span>
                </span>
              </span>
              <span v-else-if="column.kind === 'badges'" class="pg-row-tight">
                <span v-for="item in row[column.name]" :key="item.text" class="pg-badge" :data-tone="item.tone"
                      :title="item.title || null">{{ item.text }}</span>
              </span>
              <time v-else-if="['relative', 'clock', 'date'].includes(column.kind)" class="pg-num"
                    :datetime="row[column.name]" :title="exact(row[column.name])">{{ moment(row[column.name], column.kind, tick) }}</time>
              <code v-else-if="column.kind === 'code'" class="pg-cell-text" :title="row[column.name]">{{ row[column.name] }}</code>
              <span v-else-if="column.kind !== 'actions'" class="pg-cell-text" :title="row[column.name]">{{ row[column.name] }}</span>
              <span v-if="actions(row, column, place).length" class="pg-cell-actions">
                <button v-for="item in actions(row, column, place)" :key="item.name" type="button" class="pg-link-button"
                        :data-tone="item.tone" :aria-label="item.label + ' ' + (item.of || '')"
                        @click.stop="$emit('act', { id: row.id, name: item.name })">{{ item.label }}</button>
              </span>
            </td>
          </tr>
        </tbody>
      </table>
    </div>`,
  props: { columns: Array, rows: Array, label: String, dense: Boolean, opening: Boolean, dragging: Boolean },
  data() {
    return { tick: 0, copyPath: COPY, lifted: null, over: null, place: null, narrow: false };
  },
  computed: {
    // What can be done stands in the first cell where a column of its own would lie out of reach.
    shown() {
      return this.narrow ? this.columns.filter((column) => column.kind !== "actions") : this.columns;
    },
    hasSub() {
      return this.rows.some((row) => row.sub);
    },
  },
  mounted() {
    this.timer = setInterval(() => this.tick++, 5000);
    this.width = window.matchMedia(NARROW);
    this.width.addEventListener("change", this.measure);
    this.measure();
  },
  unmounted() {
    clearInterval(this.timer);
    this.width.removeEventListener("change", this.measure);
  },
  methods: {
    side(column) {
      return column.kind === "actions" ? "pg-right pg-acts" : column.kind === "number" ? "pg-right" : column.wraps ? "pg-wraps" : "";
    },
    measure() {
      this.narrow = this.width.matches;
    },
    actions(row, column, place) {
      const own = column.kind === "actions" ? column : this.narrow && place === 0 ? this.columns.find((one) => one.kind === "actions") : null;
      return (own && row[own.name]) || [];
    },
    opens(row) {
      return Boolean(row.href || this.opening);
    },
    open(row, event) {
      if (event.target.closest("a, button") || window.getSelection().toString()) return;
      if (row.href) event.currentTarget.querySelector("a")?.click();
      else if (this.opening) this.$emit("open", row.id);
    },
    lift(row, event) {
      if (!this.dragging) return;
      this.lifted = row.id;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", row.id);
    },
    hover(row, event) {
      if (this.lifted === null || this.lifted === row.id) return;
      event.preventDefault();
      const box = event.currentTarget.getBoundingClientRect();
      const height = (event.clientY - box.top) / box.height;
      this.over = row.id;
      this.place = height < 1 / 3 ? "before" : height > 2 / 3 ? "behind" : "onto";
    },
    leave(row) {
      if (this.over === row.id) this.over = null;
    },
    drop(row) {
      if (this.lifted !== null && this.lifted !== row.id)
        this.$emit("dropped", { id: this.lifted, target: row.id, place: this.place });
      this.settle();
    },
    settle() {
      this.lifted = this.over = this.place = null;
    },
    moment(iso, kind, _tick) {
      return window.passgateMoment(iso, kind);
    },
    exact(iso) {
      return window.passgateExact(iso);
    },
  },
};
