#!/usr/bin/env python3
"""What people type who come from other frameworks, school books or shells, each as one line of an otherwise good model.
Every slip is an error with a place and with help; the lines that the help quotes are typed back and must be taken."""
import os
import re
import subprocess
import sys

NETC = os.environ["NETC"]
os.environ["HOME"] = "/home/me"

# Where a line stands: a layer in the middle, the last one, the input, a setting, the opening of the network, the file.
MODELS = {
    "layer": "network t {{\n    let k = 3\n    input 1x28x28\n    conv 20 kernel=5x5 activation=relu\n    {}\n"
             "    dense 10 activation=softmax\n}}\n",
    "block": "network t {{\n    input 1x28x28\n    x: conv 4 kernel=1x1 activation=relu\n    y: conv 4 kernel=1x1 activation=relu\n"
             "    {}\n    dense 10 activation=softmax\n}}\n",
    "lets": "let maps = 6\nlet units = 30\nnetwork t {{\n    input 1x28x28\n    {}\n    dense 10 activation=softmax\n}}\n",
    "plain": "let act = relu\nnetwork t {{\n    input 784\n    {}\n    dense 30\n    dense 10 activation=softmax\n}}\n",
    "last": "network t {{\n    input 1x28x28\n    dense 30 activation=relu\n    {}\n}}\n",
    "input": "network t {{\n    {}\n    dense 10 activation=softmax\n}}\n",
    "setting": "network t {{\n    input 784\n    dense 10 activation=softmax\n}}\n"
               "train {{\n    split validation=0.1\n    {}\n}}\n",
    "split": "network t {{\n    input 784\n    dense 10 activation=softmax\n}}\ntrain {{\n    {}\n}}\n",
    "sigmoid": "network t {{\n    input 784\n    dense 10 activation=sigmoid\n}}\ntrain {{\n    {}\n}}\n",
    "linear": "network t {{\n    input 4\n    dense 1\n}}\ntrain {{\n    data npy x=\"x.npy\" y=\"y.npy\"\n    {}\n}}\n",
    "values": "network t {{\n    input 4\n    dense 1\n}}\ntrain {{\n    data npy x=\"x.npy\" y=\"y.npy\"\n    target values\n"
              "    {}\n}}\n",
    "csv": "network t {{\n    input 3\n    dense 1\n}}\ntrain {{\n    target values\n    {}\n}}\n",
    "picture": "network t {{\n    input 1x28x20\n    dense 10 activation=softmax\n}}\ntrain {{\n"
               "    data idx images=\"a\" labels=\"b\"\n    {}\n}}\n",
    "header": "{}\n    input 784\n    dense 10 activation=softmax\n}}\n",
    "file": "{}\nnetwork t {{\n    input 784\n    dense 10 activation=softmax\n}}\n",
}

# place, what is typed, the line that the help gives
LINES = """
block   | add([x, y])                                       | add x
block   | Add()([x, y])                                     | add x
block   | x = layers.Add()([x, y])                          | add x
block   | add(x, y) activation=relu                         | add x activation=relu
layer   | add conv 20 kernel=5                              | conv 20 kernel=5
block   | add x, y                                          | add x
block   | nn.Sum(x)                                         | add x
block   | residual x                                        | add x
block   | skip                                              | add x
block   | shortcut x, activation=relu                       | add x activation=relu
block   | torch.cat([x, y], dim=1)                          | concat x
block   | concatenate([x, y])                               | concat x
block   | Concatenate(axis=1)([x, y])                       | concat x
block   | merge x y                                         | concat x
lets    | conv maps, kernel=5x5 activation=relu             | conv maps kernel=5x5 activation=relu
lets    | conv maps kernel=5x5 trainable=no                 | conv maps kernel=5x5 trainable=false
lets    | conv 1 maps kernel=5x5                            | conv maps kernel=5x5
lets    | conv maps 2*maps kernel=5x5                       | conv 2*maps kernel=5x5
lets    | conv 2maps kernel=5x5                             | conv 2*maps kernel=5x5
block   | torch.cat([x, y], 1)                              | concat x
block   | return F.relu(y + x)                              | add x activation=relu
block   | out += x                                          | add x
block   | x = F.relu(y + x)                                 | add x activation=relu
layer   | left branch: conv 32 kernel=3                     | left_branch: conv 32 kernel=3
layer   | conv 32 kernel=3 x3                               | conv 32 kernel=3x3
input   | input 1x28x28 normalize=(0.13, 0.31)              | input 1x28x28 mean=0.13 std=0.31
setting | optimizer nesterov rate=0.1                       | optimizer sgd rate=0.1 momentum=0.9 nesterov=true
setting | optimizer sgd nesterov                            | optimizer sgd momentum=0.9 nesterov=true
setting | optimizer sgd rate=0.1 momentum–0.9               | optimizer sgd rate=0.1 momentum=0.9
lets    | dense (int)(units/3)                              | dense units/3
layer   | Conv2d 20 32 3                                    | conv 32 kernel=3
layer   | pool average=2x2                                  | pool average 2x2
layer   | dropout(0.5                                       | dropout 0.5
layer   | conv6 5x5                                         | conv 6 kernel=5x5
layer   | dense 16*5*5 120                                  | dense 120
setting | early stopping 3                                  | stop patience=3
layer   | conv 20->32 3x3                                   | conv 32 kernel=3x3
layer   | dense: [120, relu]                                | dense 120 activation=relu
layer   | dense 64 weight=normal(0, 0.1)                    | dense 64 init=normal(0, 0.1)
split   | compile(optimizer="sgd", loss="nll")              | optimizer sgd; cost log_likelihood
split   | fit(epochs=3, batch_size=32, verbose=0)           | epochs 3; batch 32
setting | int epochs = 3;                                   | epochs 3
file    | let units = 30 units                              | let units = 30
setting | seed 1-5                                          | seed 1
setting | seed 1 2 3                                        | seed 1
setting | stop accuracy=0.95                                | stop patience=5
lets    | dense units^2                                     | dense units*units
lets    | dense 2**5, relu                                  | dense 2*2*2*2*2 activation=relu
lets    | dense units, relu                                 | dense units activation=relu
lets    | dense 784 units relu                              | dense units activation=relu
lets    | let wide = 2units                                 | let wide = 2*units
layer   | conv 6 16 kernel=5x5                              | conv 16 kernel=5x5
layer   | conv 6 kernel=(5,5)                               | conv 6 kernel=5x5
layer   | conv 6 kernel=[5 5]                               | conv 6 kernel=5x5
layer   | conv 6 kernel=5*5                                 | conv 6 kernel=5x5
layer   | conv 6 kernel="5x5"                               | conv 6 kernel=5x5
layer   | conv 6 kernel=5×5                                 | conv 6 kernel=5x5
layer   | conv filters=20 kernel_size=5                     | conv 20 kernel=5
layer   | conv 20 5x5 relu                                  | conv 20 kernel=5x5 activation=relu
layer   | conv 20, kernel=5x5                               | conv 20 kernel=5x5
layer   | conv 20                                           | conv 20 kernel=5x5
layer   | conv 32 kernel 3                                  | conv 32 kernel=3
layer   | conv 32 3 x 3                                     | conv 32 kernel=3x3
layer   | conv 32@3x3                                       | conv 32 kernel=3x3
layer   | conv 32 kernel=3 stride=(2,2)                     | conv 32 kernel=3 stride=2x2
layer   | conv 32 kernel=3 padding='valid'                  | conv 32 kernel=3 pad=0
layer   | conv 32 kernel=3px                                | conv 32 kernel=3
layer   | conv 32 k=3 s=1                                   | conv 32 kernel=3 stride=1
layer   | conv 32 kernel=3 dilation_rate=(2, 2)             | conv 32 kernel=3 dilation=2x2
layer   | conv 32 kernel=3 dilation                         | conv 32 kernel=3 dilation=1
layer   | Conv2D(32, 3, dilation_rate=2)                    | conv 32 kernel=3 dilation=2
layer   | nn.Conv2d(1, 32, 3, padding=2, dilation=2)        | conv 32 kernel=3 pad=2 dilation=2
layer   | nn.Conv2d(20, 32, 3, 1, 2, 2, 4)                  | conv 32 kernel=3 stride=1 pad=2 dilation=2 groups=4
layer   | Conv2D(40, (3, 3), groups=20)                     | conv 40 kernel=3x3 groups=20
layer   | conv 20 kernel=3 group=20                         | conv 20 kernel=3 groups=20
layer   | grouped_conv 32 3 groups=4                        | conv 32 kernel=3 groups=4
layer   | DepthwiseConv2D((3, 3), padding='same')           | conv 20 kernel=3x3 pad=same groups=20
layer   | depthwise_conv 3                                  | conv 20 kernel=3 groups=20
layer   | depthwise_conv 40 kernel=3x3 activation=relu      | conv 40 kernel=3x3 groups=20 activation=relu
layer   | conv 16 kernel=3x3 depthwise=true                 | conv 20 kernel=3x3 groups=20
layer   | conv 20 kernel=3x3 groups=channels                | conv 20 kernel=3x3 groups=20
layer   | SeparableConv2D(32, 3)                            | conv 20 kernel=3 groups=20 activation=relu; conv 32 kernel=1x1 activation=relu
layer   | pointwise_conv 32                                 | conv 32 kernel=1x1
layer   | Conv1x1(32)                                       | conv 32 kernel=1x1
layer   | pool average all                                  | pool average global
layer   | pool average kernel=full                          | pool average global
layer   | dense max(10, 20) activation=relu                 | dense 20 activation=relu
layer   | dense min(k, 20) activation=relu                  | dense k activation=relu
layer   | dense 30 init=normal(1/sqrt(1000))                | dense 30 init=normal(0, 1/sqrt(1000))
layer   | dense 30 init=uniform(1/sqrt(784))                | dense 30 init=uniform(-(1/sqrt(784)), 1/sqrt(784))
block   | add x + y activation=relu                         | add x activation=relu
block   | skip connection from x                            | add x
setting | schedule step 1 0.1                               | schedule step every=1 factor=0.1
setting | optimizer sgd 0.1 0.9                             | optimizer sgd rate=0.1 momentum=0.9
setting | optimizer adam 0.001 0.9 0.999                    | optimizer adam rate=0.001 beta1=0.9 beta2=0.999
setting | stop 5 accuracy                                   | stop patience=5 monitor=accuracy
setting | regularize l2(0.01)                               | regularize weight_decay=0.02
setting | optimizer sgd momentum=9                          | optimizer sgd momentum=0.9
file    | let layer width = 30                              | let layer_width = 30
layer   | dilated_conv 32 3                                 | conv 32 kernel=3 dilation=2
layer   | AtrousConvolution2D(32, (3, 3), atrous_rate=4)   | conv 32 kernel=3x3 dilation=4
layer   | Conv2d(1, 6, 5)                                   | conv 6 kernel=5
layer   | Conv2D(32, (3, 3), activation='relu')             | conv 32 kernel=3x3 activation=relu
layer   | layers.Conv2D(32, 3, padding='same', name="a"),   | a: conv 32 kernel=3 pad=same
layer   | self.conv1 = nn.Conv2d(1, 32, kernel_size=3)      | conv 32 kernel=3
layer   | convolution2dLayer(3, 32)                         | conv 32 kernel=3
layer   | x = F.relu(self.conv1(x))                         | activation relu
layer   | x = F.max_pool2d(x, 2)                            | pool max 2
layer   | x = torch.flatten(x, 1)                           | flatten
layer   | x = Dense(64, activation='tanh')(x)               | dense 64 activation=tanh
layer   | model.add(Dense(128, activation='relu'))          | dense 128 activation=relu
layer   | fc1: Linear(784, 100)                             | fc1: dense 100
layer   | nn.Linear(784, 100)                               | dense 100
layer   | Dense(10)                                         | dense 10
layer   | Dense(64, use_bias=False)                         | dense 64 bias=false
layer   | Dense(units=64, kernel_initializer='he_normal')   | dense 64 init=he_normal
layer   | dense 64, relu                                    | dense 64 activation=relu
layer   | dense: 64                                         | dense 64
layer   | dense = 64                                        | dense 64
layer   | dense "64"                                        | dense 64
layer   | dense 64 units                                    | dense 64
layer   | dense 64 activation relu                          | dense 64 activation=relu
layer   | dense 64 activation: relu                         | dense 64 activation=relu
layer   | dense 64 activation=relu()                        | dense 64 activation=relu
layer   | dense 64 activation="relu"                        | dense 64 activation=relu
layer   | dense 64 activation=LeakyReLU(0.2)                | dense 64 activation=leaky_relu(0.2)
layer   | dense 64 activation=σ                             | dense 64 activation=sigmoid
layer   | dense 64 activation=Mish                          | dense 64 activation=mish
layer   | nn.Hardtanh()                                     | activation hard_tanh
layer   | dense 64 init=RandomNormal(stddev=0.01)           | dense 64 init=normal(0, 0.01)
layer   | dense 64 init=xavier                              | dense 64 init=glorot_uniform
layer   | dense 64 init=normal (0, 1)                       | dense 64 init=normal(0, 1)
layer   | dense 64 bias=off                                 | dense 64 bias=false
layer   | dense 64 frozen=true                              | dense 64 trainable=false
layer   | dense 64 dropout=0.5                              | dense 64; dropout 0.5
layer   | dense 64 batchnorm=true                           | dense 64; batchnorm
layer   | nn.BatchNorm2d(32)                                | batchnorm
layer   | BatchNormalization(epsilon=0.001)                 | batchnorm epsilon=0.001
layer   | batch_norm 32 eps=1e-3 affine=false               | batchnorm epsilon=1e-3 scale=false
layer   | bn relu                                           | batchnorm activation=relu
layer   | default dense: activation=relu                    | default dense activation=relu
layer   | hidden 100                                        | dense 100
layer   | fc 100                                            | dense 100
layer   | nn.ReLU()                                         | activation relu
layer   | nn.LeakyReLU(negative_slope=0.2)                  | activation leaky_relu(0.2)
layer   | activation=relu                                   | activation relu
layer   | maxpool                                           | pool max 2x2
layer   | MaxPooling2D(pool_size=(2, 2))                    | pool max 2x2
layer   | pool 2x2 max                                      | pool max 2x2
layer   | pool 2                                            | pool max 2
layer   | pool max 2 stride 2                               | pool max 2 stride=2
layer   | pool avg 2                                        | pool average 2
layer   | pool global average                               | pool average global
layer   | global_average_pool                               | pool average global
layer   | nn.AdaptiveAvgPool2d((1, 1))                      | pool average global
layer   | dropout p=0.5                                     | dropout 0.5
layer   | dropout rate=0.5                                  | dropout 0.5
layer   | dropout keep=0.9                                  | dropout 0.1
layer   | dropout 20%                                       | dropout 0.2
layer   | dropout 0,5                                       | dropout 0.5
layer   | dropout = 0.5                                     | dropout 0.5
layer   | conv 6 5 5 activation=relu                        | conv 6 kernel=5x5 activation=relu
layer   | conv in=1 out=6 kernel=5x5                        | conv 6 kernel=5x5
layer   | dense 30 -> relu                                  | dense 30 activation=relu
layer   | dense 30 actvation=sigmod                         | dense 30 activation=sigmoid
layer   | fc-1: dense 30                                    | fc_1: dense 30
layer   | dense 30 activation=leaky_relu 0.2                | dense 30 activation=leaky_relu(0.2)
layer   | dense 30 activation=leaky_relu alpha=0.2          | dense 30 activation=leaky_relu(0.2)
layer   | dense 30 activation=FANN_SIGMOID_SYMMETRIC        | dense 30 activation=tanh
layer   | conv 6 kernel=kxk                                 | conv 6 kernel=[k, k]
layer   | conv 6 kernel=k x k                               | conv 6 kernel=[k, k]
layer   | defaults dense activation=relu                    | default dense activation=relu
layer   | max 2x2                                           | pool max 2x2
layer   | subsample 2x2                                     | pool max 2x2
layer   | dense 784 30                                      | dense 30
layer   | 30 relu                                           | dense 30 activation=relu
layer   | 6 conv 5x5                                        | conv 6 kernel=5x5
layer   | dense 30 x2                                       | repeat 2 { dense 30 }
layer   | dense 30 name="fc1"                               | fc1: dense 30
layer   | name: fc1 dense 30                                | fc1: dense 30
layer   | c = dense 30                                      | c: dense 30
layer   | (fc1): Linear(in_features=9, out_features=30)     | fc1: dense 30
layer   | (0): Linear(in_features=9, out_features=30)       | dense 30
layer   | dense $k                                          | dense k
layer   | dense ${k}                                        | dense k
layer   | dense {k} activation=relu                         | dense k activation=relu
layer   | default conv, dense init=xavier                   | default conv init=glorot_uniform; default dense init=glorot_uniform
plain   | default activation relu                           | default dense activation=relu
plain   | default activation=act                            | default dense activation=act
plain   | default dense act                                 | default dense activation=act
plain   | default activation act                            | default dense activation=act
plain   | default { activation=relu }                       | default dense activation=relu
layer   | init he                                           | default dense init=he_normal
layer   | dense 30 then relu                                | dense 30 activation=relu
layer   | dense 30 |relu                                    | dense 30 activation=relu
layer   | dense 30 as hidden                                | hidden: dense 30
layer   | spatial_dropout 0.2                               | dropout 0.2
layer   | { dense 30 activation=relu }                      | dense 30 activation=relu
layer   | [fc] dense 30 activation=relu                     | dense 30 activation=relu
layer   | 2 * dense 30 activation=relu                      | repeat 2 { dense 30 activation=relu }
layer   | conv 8 16 kernel=5x5 activation=relu              | conv 16 kernel=5x5 activation=relu
layer   | pooling by 2                                      | pool max 2
layer   | dropout 1.5                                       | dropout 0.5
layer   | conv 1e6 kernel=5x5 activation=relu               | conv 20 kernel=5x5 activation=relu
last    | classifier 10                                     | dense 10 activation=softmax
last    | dense 10 activation=logits                        | dense 10 activation=softmax
layer   | dense 30 no_bias                                  | dense 30 bias=false
layer   | dense 30 with bias                                | dense 30 bias=true
layer   | dense 30 activaton relu                           | dense 30 activation=relu
layer   | dense 30 init=normal(0.01)                        | dense 30 init=normal(0, 0.01)
setting | early_stopping patience=50                        | stop patience=50
split   | split 0.8                                         | split train=0.8 validation=0.2
split   | split validation=-1                               | split validation=0.1
setting | data train=mnist test=mnist                       | data mnist
setting | data mnist + fashion_mnist                        | data mnist
setting | data mnist/train                                  | data mnist
setting | stop patience=3 min_delta=0.01                    | stop patience=3
file    | let a, b = 8, 128                                 | let a = 8; let b = 128
file    | let k = 3^2                                       | let k = 3*3
layer   | dense 30 init=N(0,1)                              | dense 30 init=normal(0, 1)
layer   | dense 30 bias_init=0.1                            | dense 30 bias_init=constant(0.1)
layer   | dense 30 bias_init=0                              | dense 30 bias_init=zeros
layer   | dense 30 lr_mult=0.1                              | dense 30
layer   | dense: {units: 30, activation: relu}              | dense 30 activation=relu
layer   | - type: dense                                     | dense 100
layer   | fullyConnectedLayer(30,'Name','fc1')              | fc1: dense 30
layer   | self.drop = nn.Dropout(p=0.25)                    | dropout 0.25
layer   | conv 6 kernel=5x5x1                               | conv 6 kernel=5x5
layer   | conv 1 6 5                                        | conv 6 kernel=5
layer   | conv 6 5x5 s2 p1                                  | conv 6 kernel=5x5 stride=2 pad=1
layer   | pool min 2x2                                      | pool max 2x2
layer   | padding same                                      | default conv pad=same
last    | dense 10 activation="softmax"                     | dense 10 activation=softmax
last    | output 10                                         | dense 10 activation=softmax
last    | nn.Softmax(dim=1)                                 | activation softmax
input   | input 1 x 28 x 28                                 | input 1x28x28
input   | input (1, 28, 28)                                 | input 1x28x28
input   | input 1X28X28                                     | input 1x28x28
input   | input 28,28,1                                     | input 1x28x28
input   | input 28x28                                       | input 1x28x28
input   | input [None, 1, 28, 28]                           | input 1x28x28
input   | Input(shape=(28, 28, 1))                          | input 1x28x28
input   | input: 784                                        | input 784
input   | input 784 neurons                                 | input 784
input   | input -1x28x28                                    | input 1x28x28
input   | input batch x 784                                 | input 784
input   | input N 784                                       | input 784
input   | input 1x28x28 scale=1/255                         | input 1x28x28
input   | input 1x28x28 normalize=true                      | input 1x28x28 mean=data std=data
setting | batch -1                                          | batch full
setting | seed 0x2A                                         | seed 42
setting | optimizer sgd step=0.1                            | optimizer sgd rate=0.1
setting | optimizer sgd rate=1e-3f                          | optimizer sgd rate=1e-3
setting | cost softmax_cross_entropy                        | cost log_likelihood
setting | error mse                                         | cost log_likelihood
setting | target class 10                                   | target class
setting | target classes=10                                 | target class
setting | 3 epochs                                          | epochs 3
setting | stop after 5                                      | stop patience=5
setting | early_stopping true                               | stop patience=5
setting | batch of 32                                       | batch 32
setting | cost xent                                         | cost log_likelihood
setting | regularize ridge=1                                | regularize l2=1
setting | optimizer: {type: sgd, lr: 0.1}                   | optimizer sgd rate=0.1
setting | log gradients every 10 epochs                     | log gradients every=850
setting | log gradients every=2 epochs                      | log gradients every=170
setting | log gradients every=1 epochs                      | log gradients every=epoch
setting | log gradients every=2epochs                       | log gradients every=170
setting | schedule step 10                                  | schedule step every=10 factor=0.5
setting | schedule cosine warmup=5%                         | schedule cosine warmup=0.5
setting | schedule cosine floor=5%                          | schedule cosine floor=0.05
block   | add x + z activation=relu                         | add x activation=relu
block   | add([x, out])                                     | add x
block   | concat z + x                                      | concat x
setting | log gradients each=10                             | log gradients every=10
setting | log neuron every 10 steps                         | log neurons every=10
setting | log histogram                                     | log histograms
setting | log steps every 1                                 | log steps every=1
setting | log gradients, steps every 10 steps               | log gradients steps every=10
setting | data mnist train=50000                            | data mnist
setting | data keras.datasets.mnist.load_data()             | data mnist
setting | data train="a.idx"                                | data idx images="a.idx" labels="labels.idx"
setting | data fashion                                      | data fashion_mnist
setting | log gradients every=step                          | log gradients every=1
setting | data mnist 60000                                  | data mnist
setting | data images="a.idx" labels="b.idx"                | data idx images="a.idx" labels="b.idx"
setting | data idx images=~/a.idx labels=b.idx              | data idx images="/home/me/a.idx" labels="b.idx"
setting | data idx images="C:\\data\\a.idx" labels="b.idx"    | data idx images="C:/data/a.idx" labels="b.idx"
setting | log gradients every=100 steps                     | log gradients every=100
setting | data ./mnist                                      | data mnist
setting | data torchvision.datasets.MNIST                   | data mnist
setting | train_data mnist                                  | data mnist
setting | epochs: 3                                         | epochs 3
setting | epochs = 3                                        | epochs 3
setting | epochs "3"                                        | epochs 3
setting | num_epochs 3                                      | epochs 3
setting | epochs=30 batch_size=64                           | epochs 30; batch 64
setting | batch 64 examples                                 | batch 64
setting | batch all                                         | batch full
setting | learning_rate = 0.1                               | optimizer sgd rate=0.1
setting | lr 0.1                                            | optimizer sgd rate=0.1
setting | η = 0.5                                           | optimizer sgd rate=0.5
setting | lr = 10^-3                                        | optimizer sgd rate=1e-3
setting | optimizer sgd lr=0.1                              | optimizer sgd rate=0.1
setting | optimizer sgd rate=0,1                            | optimizer sgd rate=0.1
setting | optimizer sgd rate=10%                            | optimizer sgd rate=0.1
setting | optimizer sgd 0.1                                 | optimizer sgd rate=0.1
setting | optimizer sgd(rate=0.1)                           | optimizer sgd rate=0.1
setting | optimizer sgd eta=0.1 lambda=5                    | optimizer sgd rate=0.1; regularize l2=5
setting | optimizer sgd lr=0.1 momentum=0.9                 | optimizer sgd rate=0.1 momentum=0.9
setting | optimizer sgd momentum 0.9                        | optimizer sgd momentum=0.9
setting | optimizer sgd momentum=1                          | optimizer sgd momentum=0.9
setting | optimizer SGD(lr=0.1, momentum=0.9, nesterov=True) | optimizer sgd rate=0.1 momentum=0.9 nesterov=true
setting | optimizer adam lr=0.001                           | optimizer adam rate=0.001
setting | optimizer Adam(lr=1e-3, betas=(0.9, 0.99))        | optimizer adam rate=1e-3 beta1=0.9 beta2=0.99
setting | optimizer = optim.Adam(m.parameters(), eps=1e-7)  | optimizer adam epsilon=1e-7
setting | optim.AdamW(m.parameters(), weight_decay=0.1)     | optimizer adamw weight_decay=0.1
setting | optimizer sgd lr=0.1 weight_decay=0.1             | optimizer sgd rate=0.1; regularize weight_decay=0.1
setting | optimizer Adam(lr=1e-3, weight_decay=0.1)         | optimizer adam rate=1e-3; regularize weight_decay=0.1
setting | optimizer RMSprop(lr=0.01, alpha=0.99, eps=1e-6)  | optimizer rmsprop rate=0.01 decay=0.99 epsilon=1e-6
setting | optimizer rmsprop rho=0.95                        | optimizer rmsprop decay=0.95
setting | optimizer adam alpha=0.01                         | optimizer adam rate=0.01
setting | adam 0.001                                        | optimizer adam rate=0.001
setting | betas (0.8, 0.99)                                 | optimizer adam beta1=0.8 beta2=0.99
setting | momentum 0.9                                      | optimizer sgd momentum=0.9
setting | nesterov true                                     | optimizer sgd momentum=0.9 nesterov=true
setting | optimizer = optim.SGD(m.parameters(), lr=0.01)    | optimizer sgd rate=0.01
setting | loss mse                                          | cost log_likelihood
setting | cost cross-entropy                                | cost log_likelihood
setting | loss = nn.CrossEntropyLoss()                      | cost log_likelihood
sigmoid | loss mse                                          | cost quadratic
sigmoid | cost cross-entropy                                | cost cross_entropy
sigmoid | cost = binary_crossentropy                        | cost cross_entropy
setting | ensemble=5                                        | ensemble 5
setting | ensemble: 5                                       | ensemble 5
setting | ensemble 5 voting=hard                            | ensemble 5 combine=vote
setting | ensemble 5 combine=majority                       | ensemble 5 combine=vote
setting | ensemble 5 method=average                         | ensemble 5 combine=mean
setting | committee of 5                                    | ensemble 5
setting | average 0.99                                      | average decay=0.99
setting | average                                           | average decay=0.99
setting | average decay=1                                   | average decay=0.99
setting | average alpha=0.9                                 | average decay=0.9
setting | average beta=0.9                                  | average decay=0.9
setting | optimizer rmsprop beta=0.8                        | optimizer rmsprop decay=0.8
setting | ema 0.999                                         | average decay=0.999
setting | EMA(decay=0.99)                                   | average decay=0.99
setting | ema_decay=0.99                                    | average decay=0.99
setting | moving_average 0.9                                | average decay=0.9
setting | polyak                                            | average decay=0.99
setting | swa 0.05                                          | average decay=0.99
setting | optimizer adam average=0.99                       | optimizer adam; average decay=0.99
setting | weight_decay 1e-4                                 | regularize weight_decay=1e-4
setting | regularize 0.0005                                 | regularize weight_decay=0.0005
setting | regularize 5                                      | regularize l2=5
setting | regularize L2=5                                   | regularize l2=5
setting | λ = 5                                             | regularize l2=5
setting | early_stopping patience=5                         | stop patience=5
setting | stop 5                                            | stop patience=5
setting | EarlyStopping(monitor='val_loss', patience=5)     | stop patience=5 monitor=cost
setting | torch.manual_seed(42)                             | seed 42
setting | data: mnist                                       | data mnist
setting | data "mnist"                                      | data mnist
split   | split order=random                                | split order=shuffled
split   | split test=0.1 order=shuffle                      | split test=0.1 order=shuffled
split   | split validation=0.1 order=sequential             | split validation=0.1 order=file
setting | schedule reduce_on_plateau patience=2             | schedule plateau patience=2
setting | schedule reduce_on_plateau factor=0.1 patience=2  | schedule plateau patience=2 factor=0.1
setting | schedule cosine_decay                             | schedule cosine
setting | ensemble 0                                        | ensemble none
setting | schedule step every=0 factor=0.5                  | schedule step every=10 factor=0.5
setting | clip value=0                                      | clip value=1
split   | split test=-1                                     | split test=0.1
split   | split train=half                                  | split train=0.5
setting | log neurons probe=0                               | log neurons probe=1000
values  | cost huber delta=1                                | cost huber(1)
values  | cost smooth_l1 beta=0.5                           | cost huber(0.5)
values  | HuberLoss(delta=2)                                | cost huber(2)
linear  | target values scale=standard                      | target values scale=true
linear  | target values scale=minmax                        | target values scale=true
linear  | target values scale=off                           | target values scale=false
setting | log none                                          | log nothing
setting | log off                                           | log nothing
setting | log false                                         | log nothing
setting | log []                                            | log nothing
setting | log steps formats=[csv,png]                       | log steps formats=[csv, tensorboard]
setting | log steps formats=json                            | log steps formats=[csv, tensorboard]
csv     | data csv train="a.csv" target=d ignore=b,c        | data csv train="a.csv" target=d ignore=[b, c]
csv     | data csv train="a.csv" target=d ignore=b c          | data csv train="a.csv" target=d ignore=[b, c]
csv     | data csv train="a.csv" ignore=1, "b c", x target=d  | data csv train="a.csv" target=d ignore=[1, "b c", x]
csv     | data csv train="a.csv" target=c,d                 | data csv train="a.csv" target=[c, d]
csv     | data csv "own.csv"                                | data csv train="own.csv" target="petal width"
csv     | data own.csv                                      | data csv train="own.csv" target="petal width"
csv     | data csv train="own.csv"                          | data csv train="own.csv" target="petal width"
picture | augment shift=10%                                 | augment shift=2
picture | augment noise=10%                                 | augment noise=0.1
picture | augment noise=-1                                  | augment noise=1
picture | augment rotate=400                                | augment rotate=180
picture | augment erase=1.5                                 | augment erase=0.2
picture | augment scale=1                                   | augment scale=0.1
picture | augment shear=90                                  | augment shear=10
setting | data fashion-mnist                                | data fashion_mnist
setting | data idx images=a-b.idx labels=c.idx              | data idx images="a-b.idx" labels="c.idx"
setting | data idx "a.idx" "b.idx"                          | data idx images="a.idx" labels="b.idx"
setting | data train.idx                                    | data idx images="train.idx" labels="labels.idx"
setting | data train.csv                                    | data csv train="train.csv" target=species
setting | data csv "train.csv"                                | data csv train="train.csv" target=species
setting | data csv train.csv target=4                         | data csv train="train.csv" target=4
setting | data npy "x.npy"                                    | data npy x="x.npy" y="y.npy"
setting | data images flowers                                 | data images train="flowers"
setting | data csv train="a.csv" target=4 separator=;         | data csv train="a.csv" target=4 separator=";"
setting | data train="a.csv" target=y                       | data csv train="a.csv" target=y
setting | data ./flowers                                    | data images train="./flowers"
setting | data folder train="flowers"                       | data images train="flowers"
setting | data tsv train="a" target=b                       | data csv train="a" target=b
setting | target classification                             | target class
setting | log gradients, weights                            | log gradients weights
setting | log gradients every 100                           | log gradients every=100
split   | validation_split=0.2                              | split validation=0.2
split   | split train=80% validation=20%                    | split train=0.8 validation=0.2
split   | split train=50,000                                | split train=50000
split   | split validation=10k                              | split validation=10000
split   | split 0.1                                         | split validation=0.1
split   | test_size=0.2                                     | split test=0.2
split   | split 80/20                                       | split train=0.8 validation=0.2
split   | split 80:20                                       | split train=0.8 validation=0.2
split   | split [50000, 10000]                              | split train=50000 validation=10000
header  | network LeNet-5 {                                 | network LeNet_5 {
header  | network "LeNet" {                                 | network LeNet {
header  | network LeNet 5 {                                 | network LeNet_5 {
header  | network 2layer {                                  | network net_2layer {
header  | t = network {                                     | network t {
header  | network train {                                   | network net_train {
header  | network t (                                       | network t {
header  | model LeNet {                                     | network LeNet {
file    | let k: 3                                          | let k = 3
file    | let k = 7 // 2                                    | let k = 7 / 2
file    | let k = 1e-3f                                     | let k = 1e-3
file    | let k = 5, j = 6                                  | let k = 5; let j = 6
file    | export K=5                                        | let K = 5
file    | const int k = 5;                                  | let k = 5
file    | val k = 5                                         | let k = 5
file    | let mut k = 5                                     | let k = 5
file    | let k 3                                           | let k = 3
layer   | conv 6 kernel=5x5 pad=full                        | conv 6 kernel=5x5 pad=same
layer   | conv 6 kernel=5x5 strides=[1,1,1,1] padding="SAME" | conv 6 kernel=5x5 stride=1 pad=same
layer   | conv 6x5x5 activation=relu                        | conv 6 kernel=5x5 activation=relu
layer   | conv 6 kernel=5x5 pad=[2,2,2,2]                   | conv 6 kernel=5x5 pad=2
layer   | conv 6 kernel=5x5 stride=half                     | conv 6 kernel=5x5 stride=1
layer   | conv 6 kernel=5x5 stride=0                        | conv 6 kernel=5x5 stride=1
layer   | conv 6 kernel=[k, m]                              | conv 6 kernel=k
layer   | conv 6 kernel=[5,5,5]                             | conv 6 kernel=5
layer   | conv six kernel=5x5                               | conv 6 kernel=5x5
layer   | conv 6@5x5                                        | conv 6 kernel=5x5
layer   | 6@5x5 relu                                        | conv 6 kernel=5x5 activation=relu
layer   | conv5x5 6 relu                                    | conv 6 kernel=5x5 activation=relu
layer   | conv1 6 5x5                                       | conv 6 kernel=5x5
layer   | c1: 6 maps of 5x5                                 | c1: conv 6 kernel=5x5
layer   | conv 6 kernel=5x5 activation=[relu, tanh]         | conv 6 kernel=5x5 activation=relu
layer   | conv 6 kernel=5x5 activation=5                    | conv 6 kernel=5x5 activation=relu
layer   | conv 6 kernel=5x5 bias=none                       | conv 6 kernel=5x5 bias=false
layer   | conv 6 kernel=5x5 bias=0.1                        | conv 6 kernel=5x5 bias=false
layer   | conv 6 kernel=5x5 init=[0, 1]                     | conv 6 kernel=5x5 init=he_normal
layer   | conv 6 kernel=5x5 & relu                          | conv 6 kernel=5x5 activation=relu
layer   | pool median 2x2                                   | pool max 2x2
layer   | pool max 50%                                      | pool max 2x2
layer   | dense thirty                                      | dense 100
layer   | dense ten                                         | dense 10
layer   | dense 10.5                                        | dense 10
layer   | dense auto                                        | dense 100
layer   | dense [30, 20] activation=relu                    | dense 30 activation=relu; dense 20 activation=relu
layer   | dense 30,20 relu                                  | dense 30 activation=relu; dense 20 activation=relu
layer   | hidden_layer_sizes=(100, 50)                      | dense 100; dense 50
layer   | dense 30 activation=tansig                        | dense 30 activation=tanh
layer   | dense 30 activation=elliot                        | dense 30 activation=relu
layer   | dense 30 loss=mse                                 | dense 30
layer   | dense 30 relu lr=0.1                              | dense 30 activation=relu
layer   | dense 30 foo=1 bar=2                              | dense 30
layer   | dense_layer 30 relu                               | dense 30 activation=relu
layer   | fc1 dense 30 activation=relu                      | fc1: dense 30 activation=relu
layer   | my new dense 30                                   | dense 30
layer   | dense30 relu                                      | dense 30 activation=relu
layer   | repeat 3 dense 30 activation=relu                 | repeat 3 { dense 30 activation=relu }
layer   | dropout 50                                        | dropout 0.5
layer   | dropout half                                      | dropout 0.5
layer   | dropout 1                                         | dropout 0.5
layer   | dropout [0.5]                                     | dropout 0.5
layer   | dense 30 activation=relu dense 20 activation=relu | dense 30 activation=relu; dense 20 activation=relu
setting | optimizer sgd rate=[0.1, 0.01]                    | optimizer sgd rate=0.1
setting | optimizer sgd rate=fast                           | optimizer sgd rate=0.1
setting | optimizer sgd rate=-0.1                           | optimizer sgd rate=0.1
setting | batch [32, 64]                                    | batch 32
setting | batch 0.5                                         | batch 10
setting | batch32                                           | batch 32
setting | epochs ten                                        | epochs 10
setting | epochs 3.5                                        | epochs 3
setting | epochs 3 activation=relu                          | epochs 3
setting | seed random                                       | seed 1
setting | seed none                                         | seed 1
setting | stop patience=half                                | stop patience=5
setting | regularize l2=high                                | regularize l2=5
setting | log everything                                    | log gradients
setting | log gradients every=never                         | log gradients every=epoch
setting | cost 5                                            | cost log_likelihood
setting | batch 10 epochs 3                                 | batch 10; epochs 3
setting | Descent(0.1)                                      | optimizer sgd rate=0.1
input   | input 60000x1x28x28                               | input 1x28x28
input   | input [1, 1, 28, 28]                              | input 1x28x28
input   | input channels=1 height=28 width=28               | input 1x28x28
input   | input mnist                                       | input 1x28x28
layer   | pool average 2x2 pad=same                         | pool average 2x2 pad=0
file    | % a small network                                 | # a small network
file    | ;; a small network                                | # a small network
file    | -- a small network                                | # a small network
split   | data fashion mnist                                | data fashion_mnist
layer   | dense 30 activation=relu -> dropout 0.5           | dense 30 activation=relu; dropout 0.5
layer   | conv 6 5x5 activation=relu >> pool max 2x2        | conv 6 kernel=5x5 activation=relu; pool max 2x2
layer   | dense 30 activation=relu => dense 20 activation=tanh | dense 30 activation=relu; dense 20 activation=tanh
layer   | dense 30 activation=relu then dropout 0.5         | dense 30 activation=relu; dropout 0.5
layer   | dense 30 activation=relu + dense 20 activation=relu | dense 30 activation=relu; dense 20 activation=relu
layer   | dense 30 activation=relu -- hidden                | dense 30 activation=relu # hidden
layer   | dense 30 activation=relu % hidden                 | dense 30 activation=relu # hidden
layer   | activation=relu dense 30                          | dense 30 activation=relu
layer   | relu dense 30                                     | dense 30 activation=relu
layer   | dense 3O activation=relu                          | dense 30 activation=relu
layer   | dense 30x activation=relu                         | dense 30 activation=relu
layer   | dense dense 30 activation=relu                    | dense 30 activation=relu
layer   | dense 30 activations=relu                         | dense 30 activation=relu
layer   | dense 30 +relu                                    | dense 30 activation=relu
layer   | conv 5x5x6 activation=relu                        | conv 6 kernel=5x5 activation=relu
layer   | dense 30 activation=relu repeat=2                 | repeat 2 { dense 30 activation=relu }
layer   | conv 6 --kernel 5x5 --activation relu             | conv 6 kernel=5x5 activation=relu
layer   | conv 6 -k 5 activation=relu                       | conv 6 kernel=5 activation=relu
layer   | batch norm                                        | batchnorm
lets    | dense units x 2 activation=relu                   | dense units*2 activation=relu
lets    | dense int(units) activation=relu                  | dense units activation=relu
setting | early stopping 5                                  | stop patience=5
setting | log gradients+weights                             | log gradients weights
layer   | conv 6 kernel=5x5 pad=2 activation=               | conv 6 kernel=5x5 pad=2 activation=relu
layer   | conv 6 kernel= activation=relu                    | conv 6 kernel=5x5 activation=relu
layer   | conv 6 kernel=5x5 pad activation=relu             | conv 6 kernel=5x5 pad=0 activation=relu
layer   | dense 30 activation=relu init=normal(0, -1)       | dense 30 activation=relu init=normal(0, 1)
layer   | dense 30 activation=relu init=trunc_normal(0.1)   | dense 30 activation=relu init=normal(0, 0.1)
layer   | conv1d 6 kernel=5 activation=relu                 | conv 16 kernel=1x5 activation=relu
setting | log gradients to "g.csv"                          | log gradients
setting | optimizer sgd --lr 0.1                            | optimizer sgd rate=0.1
split   | data idx images="a.idx" label="b.idx"             | data idx images="a.idx" labels="b.idx"
setting | augmentation shift=2                              | augment shift=2
setting | RandomHorizontalFlip()                            | augment flip=horizontal
setting | transforms.RandomRotation(10)                     | augment rotate=10
setting | transforms.RandomCrop(28, padding=2)              | augment shift=2
setting | ImageDataGenerator(rotation_range=10, zoom_range=0.1, horizontal_flip=True) | augment rotate=10 scale=0.1 flip=horizontal
setting | augment rotation=10 translate=2                   | augment shift=2 rotate=10
setting | augment flip                                      | augment flip=horizontal
setting | augment shift 2 rotate 10                         | augment shift=2 rotate=10
setting | augment shift=2 fill=nearest                      | augment shift=2 fill=edge
setting | augment shift=1 expand                            | augment shift=1 expand=true
block   | z = x + y                                         | add x
block   | z = relu(y + x)                                   | add x activation=relu
block   | add                                               | add x
block   | shortcut from=-2 activation=linear                | add x activation=linear
layer   | residual { conv 20 kernel=1x1 activation=relu }   | x:; conv 20 kernel=1x1 activation=relu; add x
layer   | pool max 3x3 stride=2 pad=same                    | pool max 3x3 stride=2 pad=1
layer   | pool max 2x2 same                                 | pool max 2x2 pad=0
layer   | 3 x dense 30 activation=relu                      | repeat 3 { dense 30 activation=relu }
lets    | size = 3; dense 4*size activation=relu            | let size = 3
split   | data csv train="x.csv" labels="y.csv"             | data csv train="x.csv" target=species
"""

# place, what is typed, what netc says it has none of
ABSENT = """
layer   | reshape                      | reshaping
layer   | deconv 16 kernel=3           | transposed convolution
layer   | ConvTranspose2d(64, 32, 2)   | transposed convolution
layer   | relu6                        | relu6
layer   | nn.PReLU()                   | prelu
layer   | dense 64 activation=relu6    | relu6
layer   | bias                         | layers of biases
layer   | lstm 64                      | recurrent layers
layer   | embedding 100                | embeddings
layer   | MultiHeadAttention(8, 64)    | attention
layer   | upsample 2                   | upsampling
layer   | layernorm                    | layer normalization
layer   | conv1d 16 3                  | one-dimensional convolution
layer   | ZeroPadding2D(1)             | layers that pad
layer   | for i in range(3):           | loop but repeat
setting | optimizer nadam lr=0.001     | Nadam
setting | optimizer Adagrad            | Adagrad
setting | MultiStepLR [10, 20]         | cuts of the rate at epochs of their own
setting | mixup 0.2                    | mixing of pictures
setting | RandomVerticalFlip()         | flip upside down
setting | ColorJitter(0.2)             | changes of colours
setting | metrics=['accuracy']         | setting for what is reported
setting | device = "cuda"              | devices to choose
setting | AGC 0.01                     | clipping by the weights' own norm
setting | save "model.h5"              | setting for what is kept
setting | classes 10                   | setting for the number of classes
setting | labels "a.idx"               | setting for labels alone
setting | max_iter 1000                | count of steps
setting | data "f.png"                 | picture alone to train on
setting | data cifar100                | CIFAR-100
setting | kfold 5                      | cross-validation yet
setting | augment normalize=true       | layers that normalize
setting | data iris.data               | reader of files that end in '.data'
layer   | for i in 1..3 { dense 30 }   | loop but repeat
"""

# what is pasted before a good model, what it looks like: one error, however many lines
PASTED = [("model = Sequential()\nmodel.add(Dense(10))\nmodel.compile(loss='mse')\n", "Python"),
          ("import torch\nimport torch.nn as nn\n", "Python"),
          ('layer { name: "conv1" type: "Convolution" }\nlayer { name: "fc" }\n', "a Caffe prototxt"),
          ("batch=64\nsubdivisions=8\nwidth=416\nheight=416\nmomentum=0.9\n", "a Darknet configuration")]

DARKNET = "\n".join("batch=64 subdivisions=8 height=28 width=28 channels=1 momentum=0.9 decay=0.0005 angle=0 exposure=1.5 "
                    "hue=.1 learning_rate=0.001 burn_in=1000 max_batches=500 policy=steps".split())

QUOTED = re.compile(r"'([^']*)'")


def check(text):
    done = subprocess.run([NETC, "check", "-Wno-rows-dropped", "-"], input=text, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def rows(table):
    return [[part.strip() for part in line.split(" | ")] for line in table.strip().split("\n")]


def fail(slip, why, printed):
    sys.exit(f"{slip}: {why}\n{printed}")


def slipped(place, slip):
    """The help for a slip that must be the one error of its model."""
    status, printed = check(MODELS[place].format(slip))
    if status != 1 or "1 error\n" not in printed:
        fail(slip, f"expected one error, status {status}", printed)
    helps = re.findall(r"^  help: (.*)$", printed, re.M)
    if len(helps) != 1:
        fail(slip, "expected one line of help", printed)
    return helps[0], printed


with open("own.csv", "w") as file:
    file.write("id,length,\"petal length\",\"petal width\"\n1,2,3,4\n")
for place, slip, line in rows(LINES):
    text, printed = slipped(place, slip)
    if f"'{line}'" not in text:
        fail(slip, f"expected help with '{line}'", printed)
    status, answer = check(MODELS[place].format(line))
    if status != 0:
        fail(slip, f"'{line}' is not taken", answer)

BEGINNINGS = {"conv": "layer", "dense": "layer", "dropout": "layer", "activation": "layer", "pool": "layer",
              "repeat": "layer", "flatten": "layer", "optimizer": "setting", "epochs": "setting", "cost": "sigmoid",
              "data": "setting", "regularize": "setting", "log": "setting", "target": "setting", "stop": "setting"}
for place, slip, what in rows(ABSENT):
    text, printed = slipped(place, slip)
    if f"netc has no {what}" not in printed:
        fail(slip, f"expected 'netc has no {what}'", printed)
    for line in QUOTED.findall(text) + re.findall(r"or (activation=\w+) of a layer", text):
        if line.startswith("activation="):
            line = "dense 64 " + line
        if line.endswith("{"):
            line += " dense 30 activation=relu }"
        where = BEGINNINGS.get(line.split()[0])
        if where and " " in line and check(MODELS[where].format(line))[0] != 0:
            fail(slip, f"'{line}' is not taken", printed)

status, printed = check(MODELS["layer"].replace("1x28x28", "28x28x1").format("flatten"))
if status != 1 or "help: channels come first: write 'input 1x28x28'\n" not in printed:
    fail("input 28x28x1", "expected 'input 1x28x28'", printed)

# two statements in one line: none is lost
for text, said in [(MODELS["split"].format("data mnist epochs 3"), "write 'data mnist; epochs 3'"),
                   (MODELS["split"].format("data mnist").replace("input 784", "input 784 default dense activation=relu\n    dense 30"),
                    "write 'input 784; default dense activation=relu'")]:
    printed = check(text)[1]
    if said not in printed:
        fail(text, f"expected '{said}'", printed)

for word in ["training", "fit", "solver", "optimizer", "train =", "train()", "train t"]:
    text = MODELS["split"].format("epochs 3").replace("train {", word + " {")
    status, printed = check(text)
    if status != 1 or "help: write 'train {'" not in printed:
        fail(word, "expected 'train {'", printed)

# within a block of netc's own: one error for all that belongs together
for place, text, what in [("layer", "model = Sequential()", "Python"),
                          ("layer", "nn.Sequential(nn.Linear(784, 30), nn.ReLU())", "Python"),
                          ("layer", 'layer {\n  name: "conv1"\n  type: "Convolution"\n  param { lr_mult: 1 }\n}', "a Caffe prototxt"),
                          ("setting", DARKNET, "a Darknet configuration")]:
    printed = slipped(place, text)[1]
    if f"note: this looks like {what}\n" not in printed:
        fail(text, "expected a note that names it", printed)

# what is well written and cannot be right
for place, text, said in [
        ("layer", "dense 30 activation=relu from=input", "nothing reads 'conv1'; did you forget 'add conv1', or from= on the next layer?"),
        ("split", "data digits; split validation=7000", "the parts of split do not fit digits"),
        ("split", "log gradients probe=100000", "probe=100000 is more than the training part of digits has"),
        ("split", "data mnist; split validation=0.1; batch 100000", "batch 100000 is more than the training part of mnist"),
        ("split", "data mnist; split train=90 validation=10", "write 'split train=0.9 validation=0.1' if per cent"),
        ("split", "data mnist; split validation=0.1; epochs 10; stop patience=50", "stop never acts"),
        ("file", "include \"base.net\"", "netc has no way to include a file"),
        ("file", "let k = int(3.5)", "there is no function 'int'"),
        ("file", "let k = 7 % 2", "there is no remainder operator")]:
    printed = check(MODELS[place].format(text))[1]
    if said not in printed or printed.count("[") != 1:
        fail(text, f"expected '{said}' alone", printed)

scaled = MODELS["split"].replace("input 784", "input 784 mean=33.3 std=78.6").format("data mnist")
if "help: write 'input 784 mean=0.1306 std=0.3082'\n" not in check(scaled)[1]:
    fail("mean=33.3", "expected it divided by 255", check(scaled)[1])

# several lines, and blocks: one error, whose help says it
WHOLE = MODELS["split"].format("epochs 3")
for text, said in [
        (MODELS["layer"].format("conv 6 kernel=5x5 ...\n         activation=relu"), "write 'conv 6 kernel=5x5 activation=relu', in place of lines 5 to 6"),
        (MODELS["layer"].format("conv 6 kernel=5x5\n         pad=2 activation=relu"),
         "write 'conv 6 kernel=5x5 pad=2 activation=relu', in place of lines 5 to 6"),
        (MODELS["layer"].format("Conv2d(20, 6,\n    kernel_size=5,\n    padding=2)"), "write 'conv 6 kernel=5 pad=2', in place of lines 5 to 7"),
        (MODELS["layer"].format("flatten\n    conv 6 kernel=3"), "leave 'flatten1' out, or write it below the last layer that needs maps"),
        (MODELS["layer"].format("dense 30 activation=relu\n    conv 6 kernel=3"), "write conv above 'dense1', where there are maps"),
        (MODELS["layer"].format("repeat 2 { h: conv 20 kernel=1x1 activation=relu }\n    add h"), "seen from outside its repeat it is 'h_2' (the last round's), the first round's 'h_1'"),
        (MODELS["layer"].format("a:\n    conv 20 kernel=3x3 from=late activation=relu\n    late: dense 30 activation=relu"),
         "leave from= out: a layer reads the one above it; labels above: a"),
        (MODELS["block"].format("x2: conv 4 kernel=3x3 activation=relu\n    conv 4 kernel=3x3 activation=relu\n    concat x activation=relu"),
         "write pad=same on 'x2' and 'conv4'"),
        (MODELS["block"].format("conv 4 kernel=3x3 activation=relu\n    add x activation=relu"), "write pad=same on 'conv3'"),
        (MODELS["block"].format("x2: conv 9 kernel=1x1 activation=relu\n    add x + y activation=relu"), "labels stand beside each other: write 'add x y activation=relu'"),
        (WHOLE.replace("epochs 3", "epochs 40\n    schedule cosine warmup=5%"),
         "write 'schedule cosine warmup=2' (warmup= is in epochs, of which there are 40)"),
        (WHOLE.replace("epochs 3", "epochs 40\n    schedule step every=25% factor=0.1"), "write 'schedule step every=10 factor=0.1'"),
        (WHOLE.replace("epochs 3", "data idx images=\"a\" labels=\"b\"\n    log gradients every=2 epochs"),
         "write 'log gradients every=epoch' (every= is a number of steps, or epoch)"),
        (MODELS["block"].format("add x and y"), "leave 'and' out: labels stand beside each other; labels above: x, y"),
        (MODELS["layer"].format("repeat 2 {\n        conv 20 kernel=3x3 pad=same activation=relu"), "write '}' in a line of its own above line 7"),
        (MODELS["split"].format("data digits\n    split train=5500 validation=1000"), "write train=5000, or leave it out"),
        (MODELS["layer"].format("conv:\n      filters: 6\n      kernel_size: [5, 5]\n      activation: relu"),
         "write 'conv 6 kernel=5x5 activation=relu', in place of lines 5 to 8"),
        (MODELS["layer"].format("- type: conv\n      maps: 6\n      kernel: 5"), "write 'conv 6 kernel=5', in place of lines 5 to 7"),
        (MODELS["split"].format('"optimizer": {\n      "name": "sgd",\n      "rate": 0.1\n    },'),
         "write 'optimizer sgd rate=0.1', in place of lines 6 to 9"),
        (MODELS["layer"].format("for (int i = 0; i < 3; i++) {\n      dense 30 activation=relu\n    }"), "write 'repeat 3 {'"),
        (MODELS["layer"].format("torch.nn.Conv2d(20, 32, 3)\n    conv 16 kernel=3 groups=16"), "write 'conv 32 kernel=3'"),
        (MODELS["split"].format("log:\n      - gradients\n      - weights"),
         "write 'log gradients weights', in place of lines 6 to 8"),
        (WHOLE.replace("train {", "void train() {"), "write 'train {'"),
        (WHOLE.replace("train {", "[train]"), "a block is written 'train { ... }'"),
        (WHOLE.replace("784", "784\n    epochs 3"), "'epochs' is set in line 7: leave this one out"),
        (WHOLE.replace("}\ntrain", "end\ntrain"), "a block ends with '}'"),
        (WHOLE.replace("}\ntrain", "]\ntrain"), "a block ends with '}'"),
        (WHOLE.replace("}\ntrain", "train") + "}\n", "it stands behind it: move the last '}' of the file above 'train'"),
        (WHOLE.replace("activation=softmax\n", "activation=softmax\n    activation softmax\n"), "leave 'activation softmax' out"),
        (WHOLE.replace("activation=softmax\n", "activation=softmax\n    output 10\n"), "the layer above it is the last one: leave it out"),
        (WHOLE.replace("784", "28*28").replace("    dense", "    conv 6 kernel=5x5 activation=relu\n    dense"),
         "write 'input 1x28x28'")]:
    status, printed = check(text)
    if status != 1 or "1 error\n" not in printed or said not in printed:
        fail(text, f"expected '{said}' alone", printed)

# what is found wrong is read from a line further up, which is the one to mend: its text, what is read of it, the mend
for slip, use, line in [
        ("#define width 30", "dense width activation=relu; dense width activation=relu", "let width = 30"),
        ("# let width = 30", "dense 2*width activation=relu", "let width = 30"),
        ("let width 30", "dense width activation=relu", "let width = 30"),
        ("int width = 30", "dense width activation=relu; dropout 1/width", "let width = 30"),
        ("let deep, wide = 8, 128", "dense deep activation=relu; dense wide activation=relu",
         "let deep = 8; let wide = 128"),
        ('let act = "sigmoid"', "dense 30 activation=act; dense 30 activation=act", "let act = sigmoid")]:
    text = MODELS["layer"].format(use)
    status, printed = check(f"{slip}\n{text}")
    if status != 1 or "1 error\n" not in printed or not re.match(r"\S*:1:\d+: error", printed):
        fail(slip, "expected one error, in the first line", printed)
    if f"help: write '{line}'" not in printed:
        fail(slip, f"expected '{line}'", printed)
    status, printed = check(f"{line}\n{text}")
    if status != 0:
        fail(slip, f"'{line}' is not taken", printed)

for opening in ["class t {", "def t() {", "function t() {", "t: {"]:
    status, printed = check(MODELS["header"].format(opening))
    if status != 1 or "1 error\n" not in printed or "help: write 'network t {'\n" not in printed:
        fail(opening, "expected 'network t {' alone", printed)

for place, text, said in [("layer", "output 120", "leave it out"),
                          ("split", "log loss accuracy every=epoch", "cost (the loss) and accuracy are reported anyway"), ("layer", "...", "leave it out"),
                          ("layer", "pool max 2x2 pad=2", "write pad=1x1 or less"),
                          ("setting", "x = 3", "a name is given a value by 'let x = 3'; that of a setting stands without '='"),
                          ("setting", "data npy images=\"x.npy\" labels=\"y.npy\"",
                           "images= belongs to 'data idx'; 'data npy' has x= for it"),
                          ("setting", "regularize dropout=0.5", "leave it out: 'dropout 0.5' is a line of the network")]:
    if not slipped(place, text)[0].startswith(said):
        fail(text, f"expected '{said}'", slipped(place, text)[1])

# a name alone is a label where a layer below reads it, and the layer has nothing to say
BETWEEN = "\n    conv 20 kernel=3x3 pad=same activation=relu\n    "
for line in ["skip", "skip =", "skip = x", "label skip", "let skip", ":skip"]:
    status, printed = check(MODELS["layer"].format(line + BETWEEN + "add skip activation=relu"))
    if status != 1 or "1 error\n" not in printed or "help: write 'skip:'\n" not in printed:
        fail(line, "expected 'skip:' alone", printed)
status, printed = check(MODELS["layer"].format("skip:" + BETWEEN + "add Skip activation=relu"))
if "help: did you mean 'skip'?\n" not in printed:
    fail("add Skip", "expected 'skip'", printed)

# a line of another language in an otherwise good model
for place, text in [("file", "model = Sequential()"), ("file", "import torch"), ("file", "---"), ("file", "```net"),
                    ("file", "$ cat t.net"), ("layer", "model = Sequential()")]:
    if not slipped(place, text)[0].startswith("leave it out"):
        fail(text, "expected it left out", slipped(place, text)[1])

for text, said in [("dense 30 activation=relu l2=0.001", "('regularize weight_decay=0.001' is a line of the train block)"),
                   ("dense 30 activation=relu kernel_regularizer=l2(0.01)", "('regularize weight_decay=0.02' is a line of the train block)"),
                   ("for i in range(k) { dense 30 activation=relu }", "write 'repeat k {'"),
                   ("repeat i in 1..k {dense 30 activation=relu }", "write 'repeat k {'"),
                   ("for i in range(1, k) { dense 30 activation=relu }", "write 'repeat k-1 {'"),
                   ("repeat 2*k times { dense 30 activation=relu }", "write 'repeat 2*k {'"),
                   ("dense 30 activation=relu /* hidden */", "write '# hidden' in its place"),
                   ("dense /* hidden */ 30 activation=relu", "write '# hidden' at the end of the line"),
                   ("dense 30 activation=relu // hidden", "write '# hidden' in its place"),
                   ("let n = 30; dense n//2 activation=relu", "'/' divides; where a whole number is needed"),
                   ("let n = 30; dense n // 2", "'/' divides; where a whole number is needed"),
                   ("dense 30 activation=relu // 2 layers", "write '# 2 layers' in its place")]:
    if said not in slipped("layer", text)[0]:
        fail(text, f"expected '{said}'", slipped("layer", text)[1])

if slipped("file", "seed 5")[0] != "write 'seed 5', in the train block":
    fail("seed 5", "expected the train block", slipped("file", "seed 5")[1])

for text, what in PASTED:
    status, printed = check(text + MODELS["file"].format(""))
    if status != 1 or "1 error\n" not in printed or f"note: this looks like {what}\n" not in printed:
        fail(text, "expected one error that names it", printed)

done = subprocess.run([NETC, "check", "--set", "batch=16,epochs=2", "-"], input=MODELS["file"].format(""),
                      capture_output=True, text=True)
if "help: write --set 'batch 16' --set 'epochs 2'\n" not in done.stderr:
    fail("--set batch=16,epochs=2", "expected two lines", done.stderr)

for line in ["epochs=3", "train epochs 3", "train.epochs=3", "let epochs = 3"]:
    done = subprocess.run([NETC, "check", "--set", line, "-"], input=MODELS["file"].format(""), capture_output=True,
                          text=True)
    if "help: write --set 'epochs 3'\n" not in done.stderr:
        fail(f"--set {line}", "expected --set 'epochs 3'", done.stderr)

for place, slip, said in [("picture", "augment shift=10%", "(shift= is in pixels, of which a side has 20)"),
                          ("split", 'data mnist classes=["a", "b"]',
                           "give 10 names, in the order of the labels; or if there are 2 classes, one output a class")]:
    if said not in check(MODELS[place].format(slip))[1]:
        fail(slip, f"expected '{said}'", check(MODELS[place].format(slip))[1])

# another cost keeps the weights of classes
for text, line in [("cost cross_entropy class_weights=balanced", "cost log_likelihood class_weights=balanced"),
                   ("cost quadratic class_weights=balanced", "cost log_likelihood class_weights=balanced"),
                   ("cost huber class_weights=[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]",
                    "cost log_likelihood class_weights=[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]")]:
    if f"write '{line}'" not in slipped("setting", text)[0]:
        fail(text, f"expected '{line}'", slipped("setting", text)[1])
    if check(MODELS["setting"].format(line))[0] != 0:
        fail(text, f"'{line}' is not taken", "")

# a line of --set keeps what the file's says beside
for written, line, said in [("optimizer adam rate=0.01", "rate=0.1", "optimizer adam rate=0.1"),
                            ("optimizer adam rate=0.01", "optimizer rate=0.1", "optimizer adam rate=0.1"),
                            ("optimizer sgd rate=0.1 momentum=0.9", "learning_rate=0.2", "optimizer sgd rate=0.2 momentum=0.9"),
                            ("optimizer sgd rate=0.1", "momentum 0.9", "optimizer sgd rate=0.1 momentum=0.9"),
                            ("optimizer sgd rate=0.1 momentum=0.9", "optimizer Adam(lr=0.01)", "optimizer adam rate=0.01"),
                            ("optimizer sgd rate=0.1 momentum=0.9", "optimizer sgd lr=0.2", "optimizer sgd rate=0.2"),
                            ("split    validation=0.1  test=0.1", "split order=random", "split validation=0.1 test=0.1 order=shuffled"),
                            ("epochs 5", "rate=0.2", "optimizer sgd rate=0.2")]:
    text = MODELS["split"].format(written)
    done = subprocess.run([NETC, "check", "--set", line, "-"], input=text, capture_output=True, text=True)
    if f"help: write --set '{said}'" not in done.stderr:
        fail(f"--set '{line}' over '{written}'", f"expected --set '{said}'", done.stderr)
    if subprocess.run([NETC, "check", "--set", said, "-"], input=text, capture_output=True, text=True).returncode != 0:
        fail(f"--set '{line}'", f"'{said}' is not taken", "")

if "activation=leaky_relu" not in slipped("layer", "nn.PReLU()")[0]:
    fail("nn.PReLU()", "expected the nearer one", slipped("layer", "nn.PReLU()")[1])

# what -D is to do, given to --set, and values of -D that are none
LET = "let units = 8\n" + MODELS["file"].format("")
for words, said in [(("--set", "units=9"), "a let is set by -D units=9"),
                    (("--set", "let units = 9"), "a let is set by -D units=9"),
                    (("-D", "units=9,10"), "for example -D units=8, as in the file"),
                    (("-D", "units=8k"), "for example -D units=8, as in the file"),
                    (("-D", "units="), "for example -D units=8, as in the file")]:
    done = subprocess.run([NETC, "check", *words, "-"], input=LET, capture_output=True, text=True)
    if f"help: {said}\n" not in done.stderr or "1 error\n" not in done.stderr:
        fail(" ".join(words), f"expected '{said}' alone", done.stderr)
